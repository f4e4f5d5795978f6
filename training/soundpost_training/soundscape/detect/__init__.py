"""Runs models over soundscapes and decides their events."""
