"""The tables of the targets: an ntfy topic, a webhook, e-mail, or a service of Apprise."""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from soundpost.config import Section
from soundpost.config.outputs.mqtt import UserName, refuse_broken
from soundpost.config.types import Text
from soundpost_web.settings.schema import HostName, Port

# Patterns end in \Z, because $ would accept a line break. Errors print the description.
WebUrl = Annotated[
    str,
    Meta(
        pattern=r"^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!-~]*)?\Z",
        description="http://host/path or https://host/path, without a user (use token_file)",
    ),
]
Topic = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{1,64}\Z",
        description="1 to 64 letters, digits, dashes and underscores",
    ),
]
Tag = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_+-]{1,64}\Z",
        description="1 to 64 letters, digits, dashes, plus signs and underscores",
    ),
]
MailAddress = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}"
        r"[A-Za-z0-9])?\Z",
        description="the address of a mailbox, such as anna@example.org",
    ),
]
HeaderValue = Annotated[
    str, Meta(pattern=r"^[ -~]{0,1000}\Z", description="printable ASCII without line breaks")
]
Megabytes = Annotated[float, Meta(ge=0.0, le=25.0)]
"""Mail servers commonly refuse more than 25 MB."""
Priority = Annotated[int, Meta(ge=1, le=5)]


class TargetConfig(Section, frozen=True):
    """The key of every target: the largest picture or clip that is attached."""

    attachment_megabytes: Megabytes = 5.0


class NtfyConfig(TargetConfig, frozen=True, kw_only=True):
    """A topic of an ntfy server."""

    topic: Topic
    url: WebUrl = "https://ntfy.sh"
    priority: Priority = 3
    tags: Annotated[list[Tag], Meta(max_length=10)] = msgspec.field(default_factory=list)
    token_file: Text | None = None
    ca_file: Text | None = None


class WebhookConfig(TargetConfig, frozen=True):
    """An address of HTTP that takes JSON."""

    url: WebUrl | None = None
    url_file: Text | None = None
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, HeaderValue] = msgspec.field(default_factory=dict)
    token_file: Text | None = None
    ca_file: Text | None = None
    body: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        refuse_broken(
            {
                "url or url_file is needed, and not both": bool(self.url) != bool(self.url_file),
                "headers has Authorization, and token_file is set": (
                    not self.token_file or "authorization" not in map(str.lower, self.headers)
                ),
            }
        )
        for name in self.headers:
            if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", name):
                raise ValueError(f"headers: expected names such as X-Room, got {name[:64]!r}")


class EmailConfig(TargetConfig, frozen=True, kw_only=True):
    """Mailboxes, by a server of SMTP."""

    host: HostName
    sender: MailAddress = msgspec.field(name="from")
    to: Annotated[list[MailAddress], Meta(min_length=1, max_length=50)]
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: Port | None = None
    username: UserName | None = None
    password_file: Text | None = None
    ca_file: Text | None = None

    def __post_init__(self) -> None:
        is_local = self.host in {"localhost", "127.0.0.1"}
        refuse_broken(
            {
                "username and password_file go together": (
                    bool(self.username) == bool(self.password_file)
                ),
                "security none would send the password unencrypted over the network": (
                    self.security != "none" or not self.username or is_local
                ),
            }
        )


class AppriseConfig(TargetConfig, frozen=True):
    """A service of Apprise, by its URL."""

    url: Text | None = None
    url_file: Text | None = None

    def __post_init__(self) -> None:
        refuse_broken(
            {"url or url_file is needed, and not both": bool(self.url) != bool(self.url_file)}
        )
