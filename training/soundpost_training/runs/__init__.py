"""Keeps run folders: checkpoints, history, what a restart continues from."""
