"""Decides which events are messages, by the rules of the configuration."""
