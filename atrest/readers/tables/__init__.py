"""Files that hold tables: delimited text, SQLite, and the formats of data lakes and offices."""
