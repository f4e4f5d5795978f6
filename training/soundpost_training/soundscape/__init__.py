"""Composes hours of sound with known events, and scores the daemon's whole path on them."""
