"""Builds every part of the notifier from its configuration, and runs it."""
