"""Reads the metadata that a TFLite file may carry."""

from soundpost.importer.metadata.tflite import TfliteMetadata, read_tflite_metadata

__all__ = ["TfliteMetadata", "read_tflite_metadata"]
