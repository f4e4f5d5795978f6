"""Reads the layouts of data sets: ESC-50, UrbanSound8K, FSD50K, folders, CSV."""
