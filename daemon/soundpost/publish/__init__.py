"""Delivers messages to the MQTT broker, at least once and in order, and receives commands."""
