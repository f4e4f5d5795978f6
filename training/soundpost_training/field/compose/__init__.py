"""Composes a field folder from the recordings that sources hold out of training."""
