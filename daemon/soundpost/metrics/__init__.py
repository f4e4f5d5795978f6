"""What Prometheus is told of the daemon: a text file, and an endpoint for who wants one."""

from soundpost.metrics.metrics import Metrics, Now
from soundpost.metrics.stopwatch import Stopwatch

__all__ = ["Metrics", "Now", "Stopwatch"]
