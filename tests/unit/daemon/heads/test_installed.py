"""Heads as they are found on a node: damaged ones, and labels that cannot stand beside others."""

import logging
from pathlib import Path

import msgspec
import pytest
from heads import CARD, facts_on, golden_of, label, random_weights, store_head
from streaming_bundle import streaming_bundle

from soundpost.classify import load_bundle
from soundpost.config import HeadsConfig
from soundpost.heads import install_head
from soundpost.heads.attach import read_heads
from soundpost.manifest import Label

TWO_OUTPUTS = Path(__file__).resolve().parents[3] / "golden" / "tiny-two-outputs"
FILES = ("versions/1/head.json", "versions/1/head.npz")


def config(folder: Path) -> HeadsConfig:
    """Returns a configuration with a folder of heads."""
    return HeadsConfig(folder=str(folder))


@pytest.mark.parametrize(
    ("of_label", "problem"),
    [
        (label("dog"), "the model has a label of this name"),
        (label("security"), "a group has this name"),
        (label("knock", group="siren"), "its group siren has the name of a label"),
    ],
)
def test_a_label_that_clashes_with_the_model_is_not_run(
    tmp_path: Path, of_label: Label, problem: str
) -> None:
    """The model's own label goes on."""
    bundle = streaming_bundle()
    store_head(tmp_path, bundle, of_label)
    heads = read_heads(config(tmp_path), [bundle.manifest])
    assert heads.manifests == [bundle.manifest]
    (report,) = heads.reports
    assert report.problem is not None
    assert report.problem.startswith(problem)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *((name, damage) for name in FILES for damage in ("cut", "flipped", "empty", "removed")),
        *(("current", damage) for damage in ("cut", "flipped", "empty")),
    ],
)
def test_a_damaged_head_is_set_aside(
    tmp_path: Path, name: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The daemon goes on, and the label is known at its next start, too."""
    caplog.set_level(logging.INFO)
    bundle = load_bundle(TWO_OUTPUTS)
    store_head(tmp_path, bundle, label())
    store_head(tmp_path, bundle, label("other"))
    path = tmp_path / "gate_bell" / name
    content = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        flipped = bytes([content[0] ^ 0x80, *content[1:]])
        kinds = {"cut": content[: len(content) // 2], "flipped": flipped, "empty": b""}
        path.write_bytes(kinds[damage])
    for _ in range(2):
        heads = read_heads(config(tmp_path), [bundle.manifest], sets_aside=True)
        assert [each.head is None for each in heads.installed] == [True, False]
        assert heads.has_problems
        assert heads.manifests[0].label_names[-2:] == ["gate_bell", "other"]
    aside = list((tmp_path / "gate_bell").rglob("*.damaged-*"))
    assert len(aside) == 1
    assert caplog.text.count("and set aside as") == 1
    store_head(tmp_path, bundle, label())
    assert not read_heads(config(tmp_path), [bundle.manifest], sets_aside=True).has_problems


def test_a_command_leaves_a_damaged_head_where_it_is(tmp_path: Path) -> None:
    """Only the daemon sets files aside."""
    bundle = load_bundle(TWO_OUTPUTS)
    store_head(tmp_path, bundle, label())
    (tmp_path / "gate_bell" / "current").write_bytes(b"x")
    assert read_heads(config(tmp_path), [bundle.manifest]).has_problems
    assert (tmp_path / "gate_bell" / "current").read_bytes() == b"x"


def test_a_head_in_the_folder_of_another_label_is_not_run(tmp_path: Path) -> None:
    """Two heads would share a label."""
    bundle = load_bundle(TWO_OUTPUTS)
    store_head(tmp_path, bundle, label())
    (tmp_path / "gate_bell").rename(tmp_path / "other")
    (report,) = read_heads(config(tmp_path), [bundle.manifest]).reports
    assert report.label == "other"
    assert report.problem is not None
    assert "is the head of gate_bell" in report.problem


def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """The models run without heads."""
    (tmp_path / "heads").write_text("a file")
    bundle = load_bundle(TWO_OUTPUTS)
    heads = read_heads(config(tmp_path / "heads"), [bundle.manifest])
    assert heads.has_problems
    assert heads.problem is not None
    assert "cannot be read: Not a directory" in heads.problem


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    """Only a folder of the name of a label, with a version in use, is a head."""
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "half" / "versions" / ".1.part").mkdir(parents=True)
    (tmp_path / "README").write_text("heads")
    heads = read_heads(config(tmp_path), [load_bundle(TWO_OUTPUTS).manifest])
    assert list(heads.installed) == []
    assert not heads.has_problems


def test_the_definition_of_the_embedding_matters(tmp_path: Path) -> None:
    """Another definition gives other values of the same size."""
    bundle = load_bundle(TWO_OUTPUTS)
    described = facts_on(bundle, label())
    embedding = msgspec.structs.replace(described.embedding, definition="other")
    described = msgspec.structs.replace(described, embedding=embedding)
    weights = random_weights(described.embedding.size)
    install_head(tmp_path / "gate_bell", described, weights, golden_of(weights), CARD)
    assert read_heads(config(tmp_path), [bundle.manifest]).has_problems
