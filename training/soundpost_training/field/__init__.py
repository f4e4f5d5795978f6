"""Field evaluation: annotated recordings and negatives from places where the bundle will run."""
