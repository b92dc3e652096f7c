"""Benchmarks of the readers of data at rest."""
