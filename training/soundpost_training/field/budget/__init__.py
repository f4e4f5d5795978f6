"""Chooses thresholds by a budget of false events an hour on recordings of the field."""
