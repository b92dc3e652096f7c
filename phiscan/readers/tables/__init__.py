"""Readers of tables in text: CSV, rows drawn with `|`, SQL, and the data models of columns."""
