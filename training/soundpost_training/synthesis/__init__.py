"""Makes sounds, rooms and the losses of distance, microphones and codecs, by seed."""
