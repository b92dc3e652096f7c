"""Detection engines: which detectors run, and the cache of their compiled form."""
