"""Transactions of SQLite databases, and the errors that mean a damaged file."""
