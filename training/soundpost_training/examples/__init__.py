"""Makes batches of training examples: mixing, augmentation, sounds without a label."""
