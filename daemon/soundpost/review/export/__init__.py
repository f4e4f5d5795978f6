"""Exports reviewed events as a folder that training reads."""
