"""The configuration of the notifier: its tables and keys, read from a TOML file."""

from soundpost_notify.settings.load import load_settings
from soundpost_notify.settings.rules import NodeRuleConfig, RuleConfig
from soundpost_notify.settings.schema import NotifyConfig, NotifySettings, QueueConfig
from soundpost_notify.settings.targets import (
    AppriseConfig,
    EmailConfig,
    NtfyConfig,
    TargetConfig,
    WebhookConfig,
)

__all__ = [
    "AppriseConfig",
    "EmailConfig",
    "NodeRuleConfig",
    "NotifyConfig",
    "NotifySettings",
    "NtfyConfig",
    "QueueConfig",
    "RuleConfig",
    "TargetConfig",
    "WebhookConfig",
    "load_settings",
]
