"""Announces the node to Home Assistant (MQTT discovery)."""
