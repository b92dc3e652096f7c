"""Measures phiscan on a labelled corpus that it makes itself: `python -m bench.eval`.

Every document is invented: generators written from the formats' specifications, names and numbers from seeded random
choices. Nothing here was fitted to a reader, and no reader may be fitted to this: it finds faults, it does not define them.
"""
