"""Runs a foreign model in a process of its own, whose memory and time are limited."""

from soundpost.importer.runtime.limits import Limits
from soundpost.importer.runtime.model_file import ModelFile, read_model_file
from soundpost.importer.runtime.sandbox import Sandbox

__all__ = ["Limits", "ModelFile", "Sandbox", "read_model_file"]
