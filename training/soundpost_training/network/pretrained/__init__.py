"""Reads published weights, to start networks from or to build teachers on."""
