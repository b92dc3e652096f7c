"""Documents within documents: what is encoded, escaped or pasted into another document."""
