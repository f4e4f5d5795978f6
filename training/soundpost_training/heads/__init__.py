"""Makes the general sounds that heads are fitted against, and measures how well heads learn."""
