"""Analyses of uploaded recordings: one at a time, by the program `soundpost`, with limits."""
