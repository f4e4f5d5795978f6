"""Trains the networks of an experiment, one fold at a time."""
