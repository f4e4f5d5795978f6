"""Detects events in soundscapes: models score windows, decision methods make events of them."""
