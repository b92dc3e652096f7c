"""Readers: one module a format. Each adds what the structure of its documents says to the evidence."""
