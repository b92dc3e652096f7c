"""Tools for maintainers: coverage by own tests, mutants, releases.

No package of the product imports them.
"""
