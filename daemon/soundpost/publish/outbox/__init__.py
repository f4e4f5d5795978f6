"""Stores every detection until the broker acknowledges it."""
