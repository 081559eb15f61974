"""Which kinds of file can be read, and by what. A new format is one line here and one module beside it."""

from __future__ import annotations

from app.documents import pdf, text
from app.documents.document import Parser

PARSERS: dict[str, Parser] = {  # by the `id` of a sniffed kind
    "text": text.parse,
    "pdf": pdf.parse,
}
ACCEPTED = (".txt", ".md", ".pdf")  # what a file dialog offers; the bytes decide
READABLE = "plain text, Markdown or PDF"
