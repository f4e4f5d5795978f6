"""The nodes as the broker shows them now: their topics, their messages, their state."""
