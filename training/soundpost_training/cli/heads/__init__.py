"""The verbs `negatives` and `heads`: general sounds, and figures of taught labels."""
