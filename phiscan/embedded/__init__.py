"""Finds documents that are encoded, escaped or pasted into another document."""
