"""Encodes clips as FLAC, and their spectrograms as PNG."""
