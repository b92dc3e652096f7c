"""Generators of free text: notes, charts, dialogues and sentences."""
