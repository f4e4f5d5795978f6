"""The store of verdicts: an SQLite file that several processes may use at once."""
