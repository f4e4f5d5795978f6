"""`soundpost bundle`: imports foreign models, and shows what a bundle is."""
