"""Tables of Delta Lake and Apache Iceberg: a folder whose metadata says which files are live.

`recognise` finds such folders, `delta` and `iceberg` read their metadata, `rows` reads the live
files as one table. What is not live is data at rest as well, and stays a unit of its own: files
that were deleted and not yet removed, and the metadata, which hold values of columns.
"""
