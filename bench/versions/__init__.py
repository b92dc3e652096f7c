"""Scans of each class of documents by two versions of phiscan, in turns."""
