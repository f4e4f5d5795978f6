"""Finds out how a foreign model is run: its input, its outputs, its activation."""

from soundpost.importer.model.foreign_model import ForeignModel, open_foreign_model
from soundpost.importer.model.range_model import read_range_model

__all__ = ["ForeignModel", "open_foreign_model", "read_range_model"]
