"""Relates events to what surrounds them: confounders, and events that never stop."""
