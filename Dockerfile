# The service in an image, set up by the steps that `make run` takes on any machine: what CI runs is what is in here.
FROM python:3.11-slim

# libgomp1: llama.cpp, inside xllamacpp, is linked against the system's OpenMP.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 rolewise \
    && install --directory --owner rolewise --group rolewise --mode 700 /data /models \
    && install --directory --owner rolewise --group rolewise /rolewise

USER rolewise
WORKDIR /rolewise
ENV PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1

# PyTorch alone, first: this layer stays while the service changes. Its address for CPU builds is what the README says.
ARG TORCH_INDEX=""
COPY --chown=rolewise:rolewise Makefile constraints.txt ./
RUN make torch TORCH_INDEX="${TORCH_INDEX}"

COPY --chown=rolewise:rolewise . .
RUN make install

ENV ROLEWISE_DATA=/data \
    ROLEWISE_MODELS=/models \
    ROLEWISE_ADDRESS=0.0.0.0 \
    ROLEWISE_PORT=8501
VOLUME ["/data", "/models"]
EXPOSE 8501

# The first start fetches weights and builds the index.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD [".venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD [".venv/bin/rolewise", "serve", "--no-browser"]
