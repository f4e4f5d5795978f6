"""Composes soundscapes: hours of background with events at known times."""
