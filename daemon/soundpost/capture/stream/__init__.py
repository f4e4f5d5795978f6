"""Reads sound from a stream or a device by ffmpeg, and raw PCM from standard input."""
