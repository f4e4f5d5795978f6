"""`soundpost bundles` and `soundpost labels`: the models, and what they detect."""
