"""Adapter: uploaded bytes → text, with limits."""
