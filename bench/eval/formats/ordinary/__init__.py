"""Generators of documents that hold no PHI."""
