"""Teaches by a network that takes waveforms: heads on its embedding of crops of clean clips."""
