"""Audio tagging: networks whose labels have independent scores, trained with partial labels."""
