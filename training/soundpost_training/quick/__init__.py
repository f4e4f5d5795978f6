"""Fits a head on the frozen features of a network, and writes it as a bundle."""
