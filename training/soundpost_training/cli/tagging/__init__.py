"""The steps of audio tagging."""
