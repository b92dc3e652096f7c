"""Readers, one module a format. Each adds what a document's structure says to the evidence."""
