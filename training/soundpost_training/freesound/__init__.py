"""A client of Freesound: downloads recordings, with author and licence of each."""
