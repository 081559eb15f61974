# The commands for people. `make help` lists them; docs/path.md says what happens behind the page.
#
# Python 3.11 or later and make are all that must be there. Everything is installed into .venv, with pip, at the
# versions in constraints.txt. Each step leaves a stamp when it is done: a second run is quick, and after a failure
# half-way the next run goes on where it stopped.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first of these that is Python 3.11 or later makes .venv.
PYTHON ?= python3 python3.13 python3.12 python3.11 python3.14
# Another package index for torch alone, for PyTorch's builds without CUDA. Empty: pip's own.
TORCH_INDEX ?=
# What the evals may be given: SUITES="retrieval speed", the SPLIT of the cases, the interrupted run to RESUME.
SUITES ?=
SPLIT ?= test
RESUME ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
TORCH := $(shell grep '^torch==' constraints.txt)
# Stamps: made, torch of this version, the service, the service with what its tests need.
MADE := $(VENV)/.made
TORCHED := $(VENV)/.$(subst ==,-,$(TORCH))
SERVICE := $(VENV)/.service
DEV := $(VENV)/.dev
say = @printf '%s\n'

# A .venv that was moved with its folder, or whose Python has gone, is made anew.
$(shell test "$$(cat $(MADE) 2>/dev/null)" = '$(CURDIR)' && $(BIN)/python -c '' 2>/dev/null \
  || rm -f $(MADE) $(TORCHED) $(SERVICE) $(DEV))

.PHONY: help run setup test check evals evals-full soak screenshot clean venv torch install dev weights index chromium

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "make %-12s %s\n", $$1, $$2}'

run: install ## set everything up and open the page
	$(say) 'Opening the page. Ctrl-C ends it.'
	@$(BIN)/rolewise serve

setup: install weights index ## the set-up alone: .venv, weights, index

test: dev weights chromium ## set up what tests need, and run them all
	$(say) 'Running the tests.'
	@$(BIN)/python -m pytest

check: dev ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

evals: setup ## is it any good? a sample in at most 15 minutes, then the report
	@$(BIN)/rolewise-evals run $(SUITES) --limit 20 --tutorial 4
	@$(BIN)/rolewise-evals view

evals-full: setup ## every case; RESUME=RUN goes on with an interrupted run
	@$(BIN)/rolewise-evals run $(SUITES) $(if $(RESUME),--resume $(RESUME),--split $(SPLIT))
	@$(BIN)/rolewise-evals report

soak: dev weights ## the tests that take long; docs/soak.txt keeps the last record
	@$(BIN)/python -m pytest -m soak --durations=0 > docs/soak.txt; status=$$?; cat docs/soak.txt; exit $$status

screenshot: dev setup chromium ## take the picture in README.md anew
	@$(BIN)/python docs/screenshot.py

clean: ## remove .venv and what tools left here; your data and the weights stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find app ingest evals tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The steps of the set-up. The Dockerfile runs the same ones.

venv: $(MADE)
torch: $(TORCHED)
install: $(SERVICE)
dev: $(DEV)

$(MADE):
	@for python in $(PYTHON); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo 'Rolewise needs Python 3.11 or later, and none was found. Install one, or name it: make run PYTHON=/path/to/python3' >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version)."; \
	if $(BIN)/python -c '' 2>/dev/null; then kept=; else kept=--clear; fi; \
	if ! "$$found" -m venv $$kept $(VENV) || ! $(BIN)/python -m pip --version >/dev/null; then \
	  rm -rf $(VENV); \
	  echo 'This Python cannot make a virtual environment. On Debian and Ubuntu install the package python3-venv, then run make again.' >&2; \
	  exit 1; \
	fi
	@$(PIP) --quiet --upgrade pip setuptools
	@echo '$(CURDIR)' > $@

# Another index has its own versions of what torch needs; the next step puts them right.
$(TORCHED): $(MADE)
	$(say) 'Installing $(TORCH). This is the largest part and takes a few minutes.'
	@$(if $(TORCH_INDEX),$(filter-out --constraint constraints.txt,$(PIP)) --index-url '$(TORCH_INDEX)',$(PIP)) '$(TORCH)'
	@touch $@

# --no-build-isolation: setuptools is here, pinned, so that nothing is fetched to build Rolewise itself. Its warnings
# about editable installations are for packagers.
$(SERVICE): pyproject.toml constraints.txt $(TORCHED)
	$(say) 'Installing Rolewise.'
	@PYTHONWARNINGS=ignore $(PIP) --no-build-isolation --editable .
	@touch $@

$(DEV): pyproject.toml constraints.txt $(TORCHED)
	$(say) 'Installing Rolewise and what its tests need.'
	@PYTHONWARNINGS=ignore $(PIP) --no-build-isolation --editable '.[dev]'
	@touch $(SERVICE) $@

weights: install
	$(say) 'Fetching the model weights, unless they are here.'
	@$(BIN)/rolewise models pull

index: install
	$(say) 'Bringing the index in step with the guidance.'
	@$(BIN)/rolewise-ingest

chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then \
	  :; \
	elif [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
	  echo 'Installing Chromium for the browser tests.'; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
	  echo 'There is no Chromium on the PATH: browser tests will be skipped. Install Chromium to run them.' >&2; \
	fi
