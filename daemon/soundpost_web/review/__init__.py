"""Verdicts of people on events, in the store that `soundpost review` uses too."""
