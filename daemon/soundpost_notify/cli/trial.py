"""Sends a test message to one target, and reports what the service answers."""

import secrets
import sys
import time

from soundpost.errors import ConfigError, did_you_mean
from soundpost_notify.compose.local_time import local_text, utc_text
from soundpost_notify.deliver.build import build_targets
from soundpost_notify.deliver.outcome import DeliveryError, Message, RefusedError
from soundpost_notify.errors import NotifyError
from soundpost_notify.queue.content import Content
from soundpost_notify.settings import NotifySettings
from soundpost_web.settings.zones import Zones

_NODE = "this machine"


def send_trial(settings: NotifySettings, name: str) -> None:
    """Sends a test message, once, without the queue.

    Raises:
        ConfigError: There is no target of that name, or it is configured wrong.
        NotifyError: The service refuses the message, or does not answer.
    """
    targets = build_targets(settings)
    if name not in targets:
        raise ConfigError(
            f"expected the name of a target, got {name!r}", hint=did_you_mean(name, targets)
        )
    zones = Zones(settings.notify.zone, settings.zones)
    now_ms = round(time.time() * 1_000)
    content = Content(
        kind="test",
        rule="test",
        node=_NODE,
        title="Soundpost: a test",
        text=f"Messages of soundpost-notify arrive here.\n{local_text(zones, _NODE, now_ms)}",
        time=utc_text(now_ms),
        local_time=local_text(zones, _NODE, now_ms),
        event=secrets.token_hex(8),
        test=True,
        link=settings.notify.page or "",
    )
    message = Message(content, content.key(name), content.thread(name), name)
    try:
        targets[name].sender.send(message)
    except (DeliveryError, RefusedError) as error:
        raise NotifyError(
            f"{name}: {error}",
            hint="check the address, the token and the network of the target",
        ) from error
    sys.stdout.write(f"{name} has taken the message\n")
