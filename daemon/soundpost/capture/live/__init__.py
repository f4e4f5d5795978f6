"""Parts that live sources share: a count of samples with gaps, a queue, and reopening."""
