"""What Prometheus is told of the daemon: a text file, and an endpoint for who wants one."""

from soundpost.metrics.inference_timer import InferenceTimer
from soundpost.metrics.metrics import Metrics

__all__ = [
    "InferenceTimer",
    "Metrics",
]
