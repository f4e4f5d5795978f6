"""The workstation side: from folders of sound to a certified bundle."""
