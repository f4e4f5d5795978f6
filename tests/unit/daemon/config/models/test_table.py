"""The tables `[[models]]`, and their short form `[classify]` and `[decide]`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from soundpost.config import Config, DecideConfig, ModelConfig, load_config
from soundpost.config.models import MOST_MODELS
from soundpost.errors import ConfigError

Write = Callable[[str | bytes], Path]
TWO = """
[[models]]
bundle = "everyday"
[models.decide]
any = true
[models.decide.labels.dog]
on_threshold = 0.7
[[models]]
bundle = "~/birds"
threads = 2
[[models.decide.schedules]]
from = "22:00"
to = "06:00"
"""


def test_each_model_has_rules_of_its_own(write: Write) -> None:
    """They belong to the latest table above them."""
    everyday, birds = load_config(write(TWO)).all_models
    assert (everyday.bundle, everyday.decide.any) == ("everyday", True)
    assert everyday.decide.labels["dog"].on_threshold == 0.7
    assert (birds.bundle, birds.threads) == (str(Path.home() / "birds"), 2)
    assert [table.begins for table in birds.decide.schedules] == ["22:00"]
    assert not birds.decide.labels


def test_the_short_form_is_one_model(write: Write) -> None:
    """As every configuration before there were several."""
    config = load_config(write('[classify]\nbundle = "esc50"\n[decide]\nany = true'))
    assert config.all_models == (ModelConfig(bundle="esc50", decide=DecideConfig(any=True)),)
    assert Config().all_models == (ModelConfig(),)


@pytest.mark.parametrize("table", ["classify", "decide"])
def test_both_forms_together_are_refused(write: Write, table: str) -> None:
    """The error names the line, and the hint what to do with the table."""
    path = write(f"{TWO}\n[{table}]\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value) == (
        f"{path}: expected either [{table}], for one model, or [[models]], got both (line 15)"
    )
    assert "[[models]]" in caught.value.hint


def test_any_is_of_the_source_and_made_once(write: Write) -> None:
    """Two models that make it would count each loud sound twice."""
    with pytest.raises(ConfigError, match="true in two tables"):
        load_config(write(f"{TWO}\n[models.decide]\nany = true"))


def test_more_models_than_a_board_has_memory_for_are_refused(write: Write) -> None:
    """The bound is in the error."""
    text = '[[models]]\nbundle = "everyday"\n'
    assert len(load_config(write(text * MOST_MODELS)).all_models) == MOST_MODELS
    with pytest.raises(ConfigError, match=f"at most {MOST_MODELS} tables"):
        load_config(write(text * (MOST_MODELS + 1)))


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("on_treshold = 0.5", 16, r"models\[1\].decide.labels.owl.on_treshold"),
        ("on_threshold = 2", 16, r"models\[1\].decide.labels.owl.on_threshold"),
    ],
)
def test_an_error_names_the_table_and_the_line(
    write: Write, text: str, line: int, key: str
) -> None:
    """Tables of the second model are not mistaken for those of the first."""
    with pytest.raises(ConfigError, match=key) as caught:
        load_config(write(f"{TWO}\n[models.decide.labels.owl]\n{text}"))
    assert f"line {line}" in str(caught.value)


def test_a_bundle_that_no_file_can_have_as_its_name_is_refused(write: Write) -> None:
    """The full name of the key has the number of its table."""
    with pytest.raises(ConfigError, match=r"models\[1\].bundle: expected a path"):
        load_config(write('[[models]]\n[[models]]\nbundle = " x"'))
