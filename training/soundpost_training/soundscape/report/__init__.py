"""Writes the report of a soundscape: page and timeline."""
