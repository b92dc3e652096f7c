"""Observed edges: counted in memory, saved in a folder."""
