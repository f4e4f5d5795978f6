"""The secrets with which a node proves itself to the broker: password and certificates."""
