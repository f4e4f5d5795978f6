"""Sends changes to the browsers that look at the live page (server-sent events)."""
