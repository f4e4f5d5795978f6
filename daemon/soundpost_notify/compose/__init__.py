"""The texts of messages, in plain words."""
