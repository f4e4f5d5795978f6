"""Scores detected events against annotated sounds: recall, false events an hour, delay."""
