"""Records from a sound card through PortAudio, and reopens one that was lost."""
