"""Redaction: masks for findings, and the proof that a masked document holds none of the values."""
