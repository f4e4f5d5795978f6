"""Builds networks, and starts them from the weights of trained ones."""
