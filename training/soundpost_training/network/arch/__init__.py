"""Architectures that an experiment may choose, each from log-mel to logits."""
