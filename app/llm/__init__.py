"""Adapter: language models behind one protocol, and the weights they are made of."""
