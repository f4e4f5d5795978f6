"""Reads clips and background, makes clips harder, and computes the embeddings of their windows."""
