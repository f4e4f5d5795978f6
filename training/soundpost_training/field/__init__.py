"""Field evaluation: annotated recordings and negatives of the places where a bundle runs."""
