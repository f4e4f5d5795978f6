"""Decoding of recordings to log-mel features, with a cache."""
