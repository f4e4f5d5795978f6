"""Shows the figures of a field evaluation: tables for the terminal, and a page."""
