"""Reads clips and background, makes clips harder, and computes their embeddings."""
