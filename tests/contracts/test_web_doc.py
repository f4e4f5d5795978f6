"""docs/WEB.md agrees with the code: every key of the page, and its default."""

import json
import re
from pathlib import Path

import msgspec

from soundpost.config import BrokerConfig, Section
from soundpost_web.settings import (
    AnalyzeConfig,
    ClipsConfig,
    HistoryConfig,
    ReviewConfig,
    SubscriberConfig,
    WebConfig,
    WebSettings,
)

DOC = (Path(__file__).resolve().parents[2] / "docs" / "WEB.md").read_text(encoding="utf-8")
SHARED = {field.name for field in msgspec.structs.fields(BrokerConfig)}


def documented(table: str) -> dict[str, str]:
    """Returns the keys of a table in the document, with their defaults."""
    section = DOC.partition(f"\n### `[{table}]`\n")[2].partition("\n### ")[0]
    rows = re.findall(r"^\|( `[^|]+)\|[^|]+\|([^|]*)\|", section, re.MULTILINE)
    return {
        key: default.strip().strip("`")
        for keys, default in rows
        for key in re.findall(r"[a-z_]+", keys)
    }


def coded(section: type[Section]) -> dict[str, str]:
    """Returns the keys of a table in the code, with their defaults; nothing for None."""
    found = {}
    for field in msgspec.structs.fields(section):
        is_list = field.default_factory is list
        default = [] if is_list else field.default
        found[field.name] = "" if default is None else json.dumps(default)
    return found


def test_every_key_is_documented_with_its_default() -> None:
    """Of the tables of the page; those of the broker are in docs/CONFIG.md."""
    assert documented("web") == coded(WebConfig)
    assert documented("history") == coded(HistoryConfig)
    assert documented("analyze") == coded(AnalyzeConfig)
    assert documented("clips") == coded(ClipsConfig)
    assert documented("review") == coded(ReviewConfig)
    shared = SHARED - {"commands"}  # which means another thing here
    own = {key: default for key, default in coded(SubscriberConfig).items() if key not in shared}
    assert documented("mqtt") == own
    assert all(f"`{key}`" in DOC for key in SHARED)


def test_every_table_is_documented() -> None:
    """Also those whose keys a user names."""
    for field in msgspec.structs.fields(WebSettings):
        assert f"`[{field.name}]`" in DOC
