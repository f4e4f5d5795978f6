"""Clips in the browser: the page of a clip, its files, and its request from a node."""
