"""Soundpost: a real-time sound classifier that publishes its detections over MQTT."""

__version__ = "0.3.0"
