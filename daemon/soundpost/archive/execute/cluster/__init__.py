"""Analyzes files on a Dask cluster; the only package that imports distributed."""
