"""Soundpost: a post that listens, and posts what it hears."""

__version__ = "0.1.0"
