"""Archives and pictures that are too long to be one document, read piece by piece."""
