"""The node's retained topics at the broker: those that are gone, and its own status."""
