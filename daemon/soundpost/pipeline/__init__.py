"""Runs the stages in their order, from the source to each model's tracker."""

from soundpost.pipeline.build import build_pipeline
from soundpost.pipeline.pipeline import Pipeline
from soundpost.pipeline.rates import capture_rate_hz, missing_bands

__all__ = ["Pipeline", "build_pipeline", "capture_rate_hz", "missing_bands"]
