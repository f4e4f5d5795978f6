"""Readers of data sets by layout: ESC-50, UrbanSound8K, FSD50K, folders, CSV."""
