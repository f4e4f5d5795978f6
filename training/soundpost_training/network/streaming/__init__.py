"""Adds parts to a TFLite model that compute each frame once, with the same weights."""
