"""Soundpost's training on a workstation: from folders of recordings to a verified bundle."""
