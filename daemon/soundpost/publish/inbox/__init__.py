"""Receives commands and sends their results."""
