"""Trains the network of each fold of an experiment."""
