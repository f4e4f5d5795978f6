"""The people who may see the page: roles, passwords, sessions, and the names of the page."""
