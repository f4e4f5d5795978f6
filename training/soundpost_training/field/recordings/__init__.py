"""Reads a field folder: recordings, annotated sounds, and the labels that were checked."""
