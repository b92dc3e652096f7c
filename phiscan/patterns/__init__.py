"""Pattern detectors: their definition, their compiled form, and the judge of their candidates."""
