"""The tables `[mqtt]`, `[metrics]` and `[acoustics]`: what is published, and to where."""
