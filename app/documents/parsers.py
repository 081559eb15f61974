"""Which kinds of file can be read, and by what. A new format is one line here and one module beside it."""

from __future__ import annotations

from app.documents import csv_rows, html_page, pdf, sheets, slides, text, word
from app.documents.document import Parser

PARSERS: dict[str, Parser] = {  # by the `id` of a sniffed kind
    "text": text.parse,
    "pdf": pdf.parse,
    "docx": word.parse,
    "pptx": slides.parse,
    "xlsx": sheets.parse,
    "csv": csv_rows.parse,
    "html": html_page.parse,
}
# What a file dialog offers; the bytes decide
ACCEPTED = (".txt", ".md", ".pdf", ".docx", ".pptx", ".xlsx", ".csv", ".html")
READABLE = "text, Markdown, PDF, Word (DOCX), PowerPoint (PPTX), Excel (XLSX), CSV or HTML"
