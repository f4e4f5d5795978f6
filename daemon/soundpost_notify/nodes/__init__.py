"""Watches nodes: which are silent or deaf, and which are back."""
