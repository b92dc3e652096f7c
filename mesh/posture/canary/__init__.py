"""Canaries: synthetic records that the guard refuses, and what became of them."""
