"""Measures phiscan on a labelled corpus that it makes itself: `python -m bench.eval`.

Every document is invented. The generators are written from the formats' specifications, and names
and numbers are seeded random choices. Nothing here was fitted to a reader, and no reader may be
fitted to this corpus: it finds faults, it does not define them.
"""
