"""Exports metrics to Prometheus: as a text file, over an endpoint, or not at all."""

from soundpost.metrics.inference_timer import InferenceTimer
from soundpost.metrics.metrics import Metrics
from soundpost.metrics.series import event_series
from soundpost.metrics.sources import MetricSources, TimedModel

__all__ = [
    "InferenceTimer",
    "MetricSources",
    "Metrics",
    "TimedModel",
    "event_series",
]
