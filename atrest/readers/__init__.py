"""Readers: one module a store. Here, and nowhere else in `atrest`, is I/O.

`tables` reads files that hold tables, wherever such a file lies.
"""
