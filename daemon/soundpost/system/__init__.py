"""The interface to the machine: clock, systemd, journal, signals, files."""
