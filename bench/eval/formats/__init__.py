"""One module for each format: makes labelled documents from the format's specification.

The documents vary as much as the specification allows.
"""
