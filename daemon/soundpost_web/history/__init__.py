"""The history of events of all nodes, in a file of its own (SQLite)."""
