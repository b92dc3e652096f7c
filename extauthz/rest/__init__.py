"""Data at rest on real machines: state and catalogue on disk, and the engines that run units.

schedule ─> engine (processes here, or Ray) ─> perform: read and examine one unit ─> catalogue
"""
