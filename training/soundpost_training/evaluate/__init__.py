"""Cross-validates experiments, calibrates thresholds and computes the metrics of a report."""
