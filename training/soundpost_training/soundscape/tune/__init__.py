"""Searches thresholds, smoothing and gates on soundscapes."""
