"""Executes the analysis of files: by processes of this machine, or on a cluster."""
