"""Imports events into the store: from a node's clips, and from the tables of an archive."""
