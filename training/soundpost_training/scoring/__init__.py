"""Scores held-out clips by the classifier that the daemon runs."""
