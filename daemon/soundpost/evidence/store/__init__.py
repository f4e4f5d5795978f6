"""Stores clips within a budget of disk space and age."""
