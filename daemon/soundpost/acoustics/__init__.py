"""Measures the sound levels and acoustic indices of each minute (docs/ACOUSTICS.md).

It exports no names: a node that measures nothing imports only the reference of its levels.
"""
