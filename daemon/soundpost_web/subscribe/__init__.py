"""Receives the messages of all nodes from the broker."""
