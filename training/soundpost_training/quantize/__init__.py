"""Converts trained networks to int8, with quantisation-aware training where it is needed."""
