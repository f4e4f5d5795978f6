"""Hours of sound with known events in it, and how well the daemon's whole path tells them."""
