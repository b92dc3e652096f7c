"""The vocabulary: labels, given names, and the words of program text."""
