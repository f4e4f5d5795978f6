"""The flags of the command line that are keys of the configuration, and their values."""
