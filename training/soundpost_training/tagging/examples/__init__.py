"""The examples of audio tagging: mixtures of recordings, with the teachers' scores."""
