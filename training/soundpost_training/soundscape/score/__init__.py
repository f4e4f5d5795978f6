"""Scores detected events against the ground truth."""
