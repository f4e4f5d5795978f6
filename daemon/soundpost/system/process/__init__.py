"""Processes that this one starts: their command line, their end with this one, their limits."""
