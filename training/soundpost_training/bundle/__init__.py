"""Writes bundles: model, manifest, golden vectors, model card, proof."""
