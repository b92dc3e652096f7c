"""Generators of labelled documents, one module for each format or family of formats.

They follow the format's specification, and vary as much as it allows.
"""
