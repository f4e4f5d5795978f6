"""Reads an experiment: the TOML file that says what is trained, and how."""
