"""Adapter: conversations, assessments and feedback in SQLite, or in PostgreSQL by URL."""
