"""Adapter: results → PPTX, DOCX, Markdown."""
