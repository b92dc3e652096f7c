"""Labelled values: what a key, an attribute or a caption says of the value beside it."""
