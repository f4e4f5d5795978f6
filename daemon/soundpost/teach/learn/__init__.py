"""Fits a head on embeddings, and measures it on recordings that it was not fitted on."""
