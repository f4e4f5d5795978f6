"""Sources for audio tagging: corpora and Debian packages, with the labels known in them."""
