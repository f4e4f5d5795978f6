"""Recordings for audio tagging: corpora and Debian packages, with what is known to sound in them."""
