"""Cross-validates experiments and calibrates thresholds."""
