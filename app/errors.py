"""Everything that can go wrong in words a person can act on.

RolewiseError
├── BadInput            what was typed or uploaded cannot be used
│   └── DocumentError   a document cannot be read
├── ConfigError         a setting is wrong or misspelt
├── CorpusError         a guide or rule file is malformed
├── IndexProblem
│   ├── IndexMissing    nothing was ingested yet
│   ├── IndexMismatch   built with another embedding model or chunking
│   ├── IndexDamaged    files are truncated or unreadable
│   └── IndexBusy       another process is writing
├── WeightsProblem
│   ├── WeightsMissing  a model file has not been pulled
│   └── WeightsDamaged  a model file is truncated or altered
├── ModelError
│   ├── ModelUnavailable  not there, not started, or not answering
│   ├── ModelKeyRejected  the provider refused the key
│   ├── ModelBusy         rate limit
│   ├── ModelTimeout      silence for too long
│   └── ModelBroken       half a stream, malformed reply, server error
└── StoreError          conversations cannot be read or written

Each carries `code` (stable, for programs), the message, and `hint` (what to do next).
"""

from __future__ import annotations


class RolewiseError(Exception):
    """Root of the tree: `str(error)` is one sentence, `hint` the next step."""

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class BadInput(RolewiseError):
    """What was typed or uploaded cannot be used."""

    code = "bad_input"


class DocumentError(BadInput):
    """A document cannot be read."""

    code = "document"


class ConfigError(RolewiseError):
    """A setting is wrong or misspelt."""

    code = "config"


class CorpusError(RolewiseError):
    """A guide or rule file is malformed."""

    code = "corpus"


class IndexProblem(RolewiseError):
    """The index cannot be used."""

    code = "index"


class IndexMissing(IndexProblem):
    """Nothing was ingested yet."""

    code = "index_missing"


class IndexMismatch(IndexProblem):
    """The index was built with another embedding model or chunking."""

    code = "index_mismatch"


class IndexDamaged(IndexProblem):
    """Files of the index are truncated or unreadable."""

    code = "index_damaged"


class IndexBusy(IndexProblem):
    """Another process is writing the index."""

    code = "index_busy"


class WeightsProblem(RolewiseError):
    """A model file cannot be used."""

    code = "weights"


class WeightsMissing(WeightsProblem):
    """A model file has not been pulled."""

    code = "weights_missing"


class WeightsDamaged(WeightsProblem):
    """A model file is truncated or altered."""

    code = "weights_damaged"


class ModelError(RolewiseError):
    """The language model could not do its part."""

    code = "model"


class ModelUnavailable(ModelError):
    """Not there, not started, or not answering."""

    code = "model_unavailable"


class ModelKeyRejected(ModelError):
    """The provider refused the key."""

    code = "model_key"


class ModelBusy(ModelError):
    """The provider asks us to slow down."""

    code = "model_busy"


class ModelTimeout(ModelError):
    """The model was silent for too long."""

    code = "model_timeout"


class ModelBroken(ModelError):
    """Half a stream, a malformed reply or a server error."""

    code = "model_broken"


class StoreError(RolewiseError):
    """Conversations cannot be read or written."""

    code = "store"
