"""The file of an experiment: its keys, values and errors."""

import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment

CONFIGS = Path(__file__).resolve().parents[4] / "training" / "configs"
TAGGING = {*CONFIGS.glob("everyday*.toml")}
EXPERIMENTS = sorted({*CONFIGS.glob("*.toml")} - TAGGING)
"""Those of labels that exclude each other; those of audio tagging are tested in tagging/."""


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_shipped_experiment_loads(path: Path) -> None:
    """Experiments in training/configs are complete and named after their file."""
    assert load_experiment(path).name == path.stem


def keys(section: type[msgspec.Struct], table: str = "") -> Iterator[tuple[str, str]]:
    """Yields every key of an experiment with its default, as documents write them.

    The keys of each table that a kind selects follow the line of that kind.
    """
    if section.__struct_config__.tag is not None:
        yield f"{table}kind", f"`{json.dumps(section.__struct_config__.tag)}`"
    for field in msgspec.structs.fields(section):
        inner = [
            kind
            for kind in typing.get_args(field.type) or (field.type,)
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        ]
        if inner:
            for kind in inner:
                yield from keys(kind, f"{table}{field.name}.")
        elif field.required:
            yield f"{table}{field.name}", "required"
        elif field.default is msgspec.UNSET:
            yield f"{table}{field.name}", "left out"
        else:
            shown = list(field.default) if isinstance(field.default, tuple) else field.default
            yield f"{table}{field.name}", f"`{json.dumps(shown)}`"


def test_the_readme_lists_every_key_with_its_default() -> None:
    """The hint of a wrong value refers to that list."""
    readme = (CONFIGS.parent / "README.md").read_text(encoding="utf-8")
    chapter = readme.partition("## Every key")[2]
    listed = re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", chapter, re.MULTILINE)
    assert listed == list(keys(Experiment))


def test_a_misspelt_key_is_refused_with_the_nearest_known_one(experiment_file: Path) -> None:
    """A typo is an error, never a silent default."""
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text.replace("batch_size", "batchsize"), encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"unknown key train\.batchsize") as caught:
        load_experiment(experiment_file)
    assert "train.batch_size" in caught.value.hint


def test_a_misspelt_key_of_an_optional_table_is_refused(experiment_file: Path) -> None:
    """The table of the teacher is checked like the others."""
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write('[teacher]\nweights = "x"\nlayers = [7]\ntemperatur = 2.0\n')
    with pytest.raises(ExperimentError, match=r"unknown key teacher\.temperatur"):
        load_experiment(experiment_file)


@pytest.mark.parametrize(
    ("good", "bad", "error"),
    [
        ("epochs = 25", "epochs = 0", "epochs"),
        ("epochs = 25", 'epochs = "25"', "epochs"),
        ("block_channels = [8, 16]", "block_channels = [8, 17]", "block_channels"),
        ("block_channels = [8, 16]", "block_channels = []", "block_channels"),
        ('kind = "esc50"', 'kind = "esc51"', "kind"),
        ('id = "tiny"\n', "", "id"),
        ('id = "tiny"', 'id = "../tiny"', r"bundle\.id"),
        ('id = "tiny"', 'id = "Tiny fox"', r"bundle\.id"),
        ('version = "0.1.0"', 'version = "1"', r"bundle\.version"),
        ('name = "tiny"', 'name = "../tiny"', "name"),
    ],
)
def test_an_impossible_value_is_refused(
    experiment_file: Path, good: str, bad: str, error: str
) -> None:
    """Ranges, types and required keys are checked, and the key is named."""
    text = experiment_file.read_text(encoding="utf-8")
    assert good in text
    experiment_file.write_text(text.replace(good, bad), encoding="utf-8")
    with pytest.raises(ExperimentError, match=error):
        load_experiment(experiment_file)


@pytest.mark.parametrize("key", ["train.epochs", "data.kind", "train.init"])
def test_a_table_where_a_value_belongs_is_refused(experiment_file: Path, key: str) -> None:
    """It is an error that names the file."""
    experiment_file.write_text(f"[{key}]\nx = 1\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=re.escape(str(experiment_file))):
        load_experiment(experiment_file)


@pytest.mark.parametrize("flags", [{"epochs": 3}, {"init": "run:tiny"}, {"arch": "separable"}])
def test_a_value_where_a_table_belongs_is_refused(
    tmp_path: Path, flags: dict[str, typing.Any]
) -> None:
    """It is refused with a flag for one of the keys of the table, too."""
    path = tmp_path / "flat.toml"
    path.write_text("train = 3\nmodel = 3\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"flat\.toml"):
        load_experiment(path, **flags)


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", b"[data]\n[data]\n"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """Wrong syntax, other encodings and double tables give one clear error."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ExperimentError, match="is not TOML"):
        load_experiment(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The hint says how an experiment is named."""
    with pytest.raises(ExperimentError, match="cannot be read") as caught:
        load_experiment(tmp_path / "absent.toml")
    assert "--config" in caught.value.hint
