"""Vocabulary: labels, given names, and the words of programs."""
