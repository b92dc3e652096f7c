"""Redaction: masks the findings, and proves by a second scan that no identifier is left."""
