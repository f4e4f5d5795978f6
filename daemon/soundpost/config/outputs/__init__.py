"""The tables `[mqtt]` and `[metrics]`: to where detections and figures are published."""
