"""The table `[train.init]`, its older spelling, and the flag `--init`."""

from pathlib import Path

import pytest

from soundpost.errors import BundleError
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import TrainConfig
from soundpost_training.experiment.init import (
    BundleInit,
    ImagenetInit,
    Init,
    RandomInit,
    RunInit,
    YamnetInit,
    parse_init,
)
from soundpost_training.experiment.load import load_experiment

SPELLINGS = [
    ("run:other", RunInit(name="other")),
    ("none", RandomInit()),
    ("bundle:esc10", BundleInit(bundle="esc10")),
    ("bundle:/srv/mine@never-heard", BundleInit(bundle="/srv/mine", never_heard_them=True)),
    ("yamnet:some/yamnet.tflite@7", YamnetInit(file="some/yamnet.tflite", layers=7)),
    ("yamnet:yamnet.tflite", YamnetInit(file="yamnet.tflite")),
    ("imagenet:mobilenet_v2", ImagenetInit()),
    ("imagenet:mobilenet_v2:C:/w.h5", ImagenetInit(file="C:/w.h5")),
]
WRONG = [
    "",
    "bundle:",
    "bundle:x@y",
    "none:x",
    "run:",
    "run:../x",
    "yamnet:",
    "yamnet:x@",
    "yamnet:x@y@3",
    "imagenet:vgg16",
]


def with_lines(experiment_file: Path, *lines: str) -> Path:
    """Adds lines to the end of the table `[train]`."""
    text = experiment_file.read_text(encoding="utf-8")
    added = "\n".join((*lines, "", "[bundle]"))
    experiment_file.write_text(text.replace("[bundle]", added), encoding="utf-8")
    return experiment_file


@pytest.mark.parametrize(("text", "init"), SPELLINGS)
def test_the_flag_spells_every_table(text: str, init: Init) -> None:
    """Text and table are converted into each other without loss."""
    assert parse_init(text) == init
    assert init.flag == text


@pytest.mark.parametrize(
    ("lines", "init"),
    [
        (['kind = "run"', 'name = "other"'], RunInit(name="other")),
        (
            ['kind = "yamnet"', 'file = "y.tflite"', "layers = 7"],
            YamnetInit(file="y.tflite", layers=7),
        ),
        (['kind = "imagenet"', 'file = "w.h5"'], ImagenetInit(file="w.h5")),
    ],
)
def test_a_table_is_read(
    experiment_file: Path, lines: list[str], init: Init, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of initial weights has its own keys; nothing is printed."""
    experiment = load_experiment(with_lines(experiment_file, "[train.init]", *lines))
    assert experiment.train.init == init
    assert experiment.name == "tiny"
    assert not capsys.readouterr().err


def test_the_older_spelling_is_read_with_one_warning(
    experiment_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The warning has the table that replaces the text, and the file reads the same with it."""
    text = experiment_file.read_text(encoding="utf-8")
    old = load_experiment(with_lines(experiment_file, 'init = "yamnet:y.tflite@7"'))
    warning = capsys.readouterr().err
    assert warning.count("old spelling") == 1
    table = warning[warning.index("[train.init]\n") :]
    assert table == '[train.init]\nkind = "yamnet"\nfile = "y.tflite"\nlayers = 7\n'
    experiment_file.write_text(text, encoding="utf-8")
    assert load_experiment(with_lines(experiment_file, table)) == old


@pytest.mark.parametrize(
    ("init", "arch", "layers", "name"),
    [
        ("yamnet:some/yamnet.tflite@7", "yamnet", 7, "tiny-from-yamnet7"),
        ("yamnet:yamnet.tflite", "yamnet", 14, "tiny-from-yamnet"),
        ("imagenet:mobilenet_v2", "mobilenet_v2", 14, "tiny-from-imagenet"),
        ("run:other", "residual", 14, "tiny-from-other"),
    ],
)
def test_initial_weights_imply_the_network(
    experiment_file: Path, init: str, arch: str, layers: int, name: str
) -> None:
    """`model.arch` and `model.layers` may be left out, and the run gets a name of its own."""
    experiment = load_experiment(experiment_file, init=init)
    assert (experiment.model.arch, experiment.model.layers) == (arch, layers)
    assert experiment.name == name
    assert experiment.train.init == parse_init(init)


def test_the_flag_replaces_the_table(
    experiment_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The old spelling is not warned about where the flag replaces it."""
    path = with_lines(experiment_file, 'init = "run:one"')
    assert load_experiment(path, init="run:two").train.init == RunInit(name="two")
    assert not capsys.readouterr().err


def test_initial_weights_of_another_network_are_refused(experiment_file: Path) -> None:
    """The error has both values of `model.arch` or `model.layers`."""
    with pytest.raises(ExperimentError, match=r"model\.arch = yamnet, got model\.arch = separable"):
        load_experiment(experiment_file, arch="separable", init="yamnet:yamnet.tflite")
    text = experiment_file.read_text(encoding="utf-8")
    experiment_file.write_text(text.replace("[model]", "[model]\nlayers = 9"), encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"model\.layers = 7, got model\.layers = 9"):
        load_experiment(experiment_file, init="yamnet:yamnet.tflite@7")


@pytest.mark.parametrize("init", WRONG)
def test_a_wrong_flag_is_refused(experiment_file: Path, init: str) -> None:
    """The error names `train.init` and the forms that it may have."""
    with pytest.raises(ExperimentError, match=r"train\.init: expected run:NAME, yamnet:FILE"):
        load_experiment(experiment_file, init=init)


@pytest.mark.parametrize("init", WRONG)
def test_a_wrong_older_spelling_is_refused(experiment_file: Path, init: str) -> None:
    """The file is named, as for every wrong value."""
    with pytest.raises(ExperimentError, match=r"tiny\.toml: train\.init: expected run:NAME"):
        load_experiment(with_lines(experiment_file, f'init = "{init}"'))


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (['name = "other"'], "kind"),
        (['kind = "audioset"', 'name = "other"'], r"train\.init\.kind"),
        (['kind = "run"'], "name"),
        (['kind = "yamnet"', 'file = "y.tflite"', "layers = 15"], r"train\.init\.layers"),
        (['kind = "run"', 'name = "other"', "layers = 7"], r"unknown key train\.init\.layers"),
    ],
)
def test_a_wrong_table_is_refused(experiment_file: Path, lines: list[str], error: str) -> None:
    """A key of another kind is an unknown key."""
    with pytest.raises(ExperimentError, match=error):
        load_experiment(with_lines(experiment_file, "[train.init]", *lines))


def test_a_share_of_initial_weights_needs_initial_weights() -> None:
    """Random weights are not worth going back to."""
    with pytest.raises(ValueError, match="init_share needs an init"):
        TrainConfig(init_share=0.5)


def test_a_bundle_implies_network_window_and_features(tmp_path: Path) -> None:
    """All three are its manifest's; others that the file states are refused."""
    text = 'name = "mine"\n[data]\nkind = "folders"\nfolder = "mine"\n'
    text += '[bundle]\nid = "mine"\nversion = "0.1.0"\n'
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    experiment = load_experiment(path, init="bundle:esc50-outdoors")
    assert experiment.model.arch == "bundle"
    assert (experiment.window.frames, experiment.window.stride_frames) == (192, 25)
    assert experiment.name == "mine-from-esc50-outdoors"
    path.write_text(f"{text}[window]\nframes = 64\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"windows of 192 frames, got window\.frames = 64"):
        load_experiment(path, init="bundle:esc10")
    path.write_text(f"{text}[features]\nmel_bands = 32\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match=r"mel_bands = 64, got features\.mel_bands = 32"):
        load_experiment(path, init="bundle:esc10")
    with pytest.raises(BundleError, match="no bundle 'gone'"):
        load_experiment(path, init="bundle:gone")


def test_no_initial_weights_can_be_stated(
    experiment_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`init = "none"` has no table to be replaced by, so it is not warned about."""
    experiment = load_experiment(with_lines(experiment_file, 'init = "none"'))
    assert experiment.train.init == RandomInit()
    assert experiment.model.arch == "residual"
    assert not capsys.readouterr().err
