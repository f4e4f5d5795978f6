"""Teaches a node new labels: from clips to heads on the embedding of its model."""
