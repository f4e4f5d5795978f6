"""A review on the terminal: its screen, its keys, its sounds."""
