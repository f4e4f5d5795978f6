"""Receives the messages of nodes, and stores what follows from them."""
