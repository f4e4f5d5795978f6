"""Mixes recordings into examples: decoded waveforms, the choice of two, and their mixture."""
