"""Delivers messages to services: each target by a thread of its own, with retries."""
