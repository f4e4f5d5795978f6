"""Decoders: of plain samples, by libsndfile, and by ffmpeg where it is installed."""
