"""Formats of health care: one folder for each, with its reader and its tables."""
