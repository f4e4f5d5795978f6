"""Makes batches of training examples: mixing, augmentation, negatives."""
