"""The configuration of the page: its tables and keys, read from a TOML file."""

from soundpost_web.settings.load import load_settings
from soundpost_web.settings.schema import (
    AnalyzeConfig,
    ClipsConfig,
    HistoryConfig,
    ReviewConfig,
    SubscriberConfig,
    WebConfig,
    WebSettings,
)

__all__ = [
    "AnalyzeConfig",
    "ClipsConfig",
    "HistoryConfig",
    "ReviewConfig",
    "SubscriberConfig",
    "WebConfig",
    "WebSettings",
    "load_settings",
]
