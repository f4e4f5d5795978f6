"""Decodes recordings to log-mel features, and caches them."""
