"""The queue of messages on the disk, and what was decided about events and nodes."""
