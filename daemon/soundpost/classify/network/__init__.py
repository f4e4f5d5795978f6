"""Runs the network of a bundle: each window as a whole, or each frame once."""
