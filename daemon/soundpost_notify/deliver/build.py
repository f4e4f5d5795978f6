"""Builds the targets of the configuration."""

from soundpost_notify.deliver.apprise_service import AppriseSender
from soundpost_notify.deliver.mail import MailSender
from soundpost_notify.deliver.ntfy import NtfySender
from soundpost_notify.deliver.outcome import Sender
from soundpost_notify.deliver.webhook import WebhookSender
from soundpost_notify.deliver.worker import Target
from soundpost_notify.settings import (
    AppriseConfig,
    EmailConfig,
    NotifySettings,
    NtfyConfig,
    TargetConfig,
    WebhookConfig,
)


def build_targets(settings: NotifySettings) -> dict[str, Target]:
    """Returns the targets by their names.

    Raises:
        ConfigError: A file of a target cannot be used, or its body names an unknown field.
        NotifyError: A target needs Apprise, which is not installed.
    """
    return {
        name: Target(name, _sender(name, config), config.attachment_megabytes)
        for name, config in settings.targets.items()
    }


def _sender(name: str, config: TargetConfig) -> Sender:
    match config:
        case NtfyConfig():
            return NtfySender(f"[ntfy.{name}]", config)
        case WebhookConfig():
            return WebhookSender(f"[webhook.{name}]", config)
        case EmailConfig():
            return MailSender(f"[email.{name}]", config)
        case AppriseConfig():
            return AppriseSender(f"[apprise.{name}]", config)
        case _:
            raise TypeError(config)
