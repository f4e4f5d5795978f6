"""docs/NOTIFY.md agrees with the code: every key, its default, and the fields of a webhook."""

import json
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from soundpost.config import BrokerConfig, Section
from soundpost_notify.deliver.template import FIELDS
from soundpost_notify.settings import (
    AppriseConfig,
    EmailConfig,
    NodeRuleConfig,
    NotifyConfig,
    NotifySettings,
    NtfyConfig,
    QueueConfig,
    RuleConfig,
    WebhookConfig,
)
from soundpost_web.settings import SubscriberConfig

DOC = (Path(__file__).resolve().parents[2] / "docs" / "NOTIFY.md").read_text(encoding="utf-8")
SHARED = {field.name for field in msgspec.structs.fields(BrokerConfig)}
TABLES = [
    ("## Rules about sounds", RuleConfig),
    ("## Rules about nodes", NodeRuleConfig),
    ("### `[ntfy.NAME]`", NtfyConfig),
    ("### `[webhook.NAME]`", WebhookConfig),
    ("### `[email.NAME]`", EmailConfig),
    ("### `[notify]`", NotifyConfig),
    ("### `[queue]`", QueueConfig),
]


def documented(heading: str) -> dict[str, str]:
    """Returns the keys of a section, with their defaults."""
    section = re.split(r"\n##+ ", DOC.partition(f"\n{heading}\n")[2])[0]
    rows = re.findall(r"^\|( `[^|]+)\|[^|]+\|([^|]*)\|[^|\n]+\|$", section, re.MULTILINE)
    return {
        key: default.strip().strip("`")
        for keys, default in rows
        for key in re.findall(r"`([a-z_]+)`", keys)
    }


def coded(section: type[Section]) -> dict[str, str]:
    """Returns the keys of a table in the code, with their defaults; nothing for none."""
    found = {}
    for field in msgspec.structs.fields(section):
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        is_shown = default is not None and default is not msgspec.NODEFAULT
        found[field.encode_name] = json.dumps(default) if is_shown else ""
    return found


@pytest.mark.parametrize(("heading", "section"), TABLES)
def test_every_key_is_documented_with_its_default(heading: str, section: type[Section]) -> None:
    """In the section of its table."""
    assert documented(heading) == coded(section)


def test_the_keys_of_the_broker_are_those_of_a_node() -> None:
    """But for the session."""
    own = {key: each for key, each in coded(SubscriberConfig).items() if key not in SHARED}
    assert documented("### `[mqtt]`") == own
    assert all(f"`{key}`" in DOC for key in SHARED)


def test_the_keys_of_apprise_are_named() -> None:
    """In its section, which has no table."""
    section = DOC.partition("\n### `[apprise.NAME]`\n")[2].partition("\n## ")[0]
    assert all(f"`{key}`" in section for key in coded(AppriseConfig))


def test_every_table_is_documented() -> None:
    """Also those whose keys a user names."""
    for field in msgspec.structs.fields(NotifySettings):
        assert re.search(rf"`\[+{field.name}(\.NAME)?\]+`", DOC) or f"\n[{field.name}]\n" in DOC


def test_every_field_of_a_webhook_is_documented() -> None:
    """With those of the files."""
    section = DOC.partition("\n| field | value |\n")[2].partition("\n\n")[0]
    named = {
        name
        for row in section.splitlines()
        for name in re.findall(r"`([a-z0-9_]+)`", row.split("|")[1])
    }
    assert named == set(FIELDS)


def test_the_examples_are_valid() -> None:
    """Each table that they have exists."""
    fields = {field.name for field in msgspec.structs.fields(NotifySettings)}
    examples = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)
    assert len(examples) >= 3
    for example in examples:
        assert set(tomllib.loads(example)) <= fields
