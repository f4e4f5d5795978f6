"""Clips of events: in folders of this machine, and fetched from nodes over MQTT."""
