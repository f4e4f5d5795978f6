"""Sends a spectrogram and the top scores while a subscriber requests them, without speech.

Its modules are imported only where `mqtt.live_view` is on, because they load the voice detector.
"""
