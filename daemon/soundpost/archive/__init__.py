"""Analyzes archives of recordings, and writes their events as tables."""
