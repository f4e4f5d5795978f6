"""Downloads recordings from Freesound, with author and licence of each."""
