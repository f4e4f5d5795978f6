"""Any configuration gives a Config or a ConfigError."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config import Config, load_config
from soundpost.errors import ConfigError

Write = Callable[[str | bytes], Path]


_TOML_VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.sampled_from(["mic", "always", "mqtt://a:1", 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def _names(section: Any) -> list[str]:  # noqa: ANN401 - a table, or the form of a list of tables
    tables = [form for form in (section, *get_args(section)) if isinstance(form, type)]
    return [
        field.name
        for table in tables
        if issubclass(table, msgspec.Struct)
        for field in msgspec.structs.fields(table)
    ]


@given(
    st.dictionaries(
        st.sampled_from(_names(Config)) | st.text(),
        st.dictionaries(
            st.sampled_from(
                [name for table in msgspec.structs.fields(Config) for name in _names(table.type)]
            )
            | st.text(),
            _TOML_VALUES,
            max_size=4,
        )
        | _TOML_VALUES,
        max_size=4,
    )
)
def test_any_values_give_a_configuration_or_its_error(flags: dict[str, Any]) -> None:
    """No value in any table raises another exception."""
    try:
        assert isinstance(load_config(None, flags), Config)
    except ConfigError:
        return


@given(st.text(alphabet=st.sampled_from("[]='\"\n.abmqt_#{},019-\\u\x00é"), max_size=60))
def test_any_text_gives_a_configuration_or_its_error(write: Write, text: str) -> None:
    """A file that is read is valid TOML."""
    path = write(text)
    try:
        load_config(path)
    except ConfigError:
        return
    tomllib.loads(text)
