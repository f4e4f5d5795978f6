"""Manages the folders of training runs: checkpoints, history, what a restart continues from."""
