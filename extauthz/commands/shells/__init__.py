"""Completion scripts, made from the tree of the commands.

A script is complete in itself: the shell starts no Python at a Tab. Where an option takes a closed
word, the shell offers those words; where a file may stand, files.
"""
