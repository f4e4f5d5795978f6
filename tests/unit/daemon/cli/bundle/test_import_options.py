"""The options of an import, from the flags."""

from pathlib import Path

import pytest

from soundpost.cli.bundle.import_options import import_options, read_features
from soundpost.cli.parser import build_parser
from soundpost.errors import BundleImportError, FeatureError
from soundpost.features import FeatureSpec
from soundpost.importer import ImportOptions


def parsed(line: str, *more: str) -> ImportOptions:
    """Returns the options of a command line."""
    words = ["bundle", "import", *line.split(), *more]
    return import_options(build_parser().parse_args(words))


def test_flags_become_options() -> None:
    """Each has its place; without a flag the default of the import is used."""
    options = parsed(
        "x/B.tflite --labels y/l.txt --rate 48000 --stride 0.5 --name birds --to /srv/models "
        "--range-model y/r.tflite --range-threshold 0.05 --output 1 --activation sigmoid "
        "--threshold 0.25 --language en --groups g.csv --force --release 2.0.0 --licence",
        "CC BY-NC-SA 4.0",
    )
    assert (options.model, options.target.folder) == (Path("x/B.tflite"), Path("/srv/models/birds"))
    assert (options.target.version, options.target.is_forced) == ("2.0.0", True)
    assert (options.sound.rate_hz, options.sound.stride_seconds) == (48_000, 0.5)
    assert (options.output.scores, options.output.activation) == ("1", "sigmoid")
    assert options.labels.file == Path("y/l.txt")
    assert (options.labels.threshold, options.labels.noise_seconds) == (0.25, 600.0)
    assert options.range is not None
    assert options.range.threshold == 0.05
    assert options.origin.licence == "CC BY-NC-SA 4.0"


def test_the_command_is_kept_without_the_folders_of_this_machine() -> None:
    """With quotes where a shell needs them, and without what is default."""
    options = parsed(
        "x/B.tflite --labels y/l.txt --rate 48000 --to /srv/models --threshold 0.25 "
        "--feature mel_bands=64 --licence",
        "CC BY 4.0",
    )
    assert options.origin.command == (
        "soundpost bundle import B.tflite --labels l.txt --rate 48000 --licence 'CC BY 4.0' "
        "--threshold 0.25 --feature mel_bands=64"
    )


def test_the_folder_is_that_of_the_models_and_the_name_that_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless others are given."""
    line = "BirdNET_V2.4.tflite --licence x"
    monkeypatch.delenv("SOUNDPOST_MODELS", raising=False)
    assert parsed(line).target.folder == Path("birdnet-v24")
    monkeypatch.setenv("SOUNDPOST_MODELS", "/srv/models")
    assert parsed(line).target.folder == Path("/srv/models/birdnet-v24")


@pytest.mark.parametrize("name", ["../birds", "a/b", "/srv/birds", "birds/"])
def test_a_name_is_no_path(name: str) -> None:
    """A bundle is written to the folder of the models only, which `--to` names."""
    with pytest.raises(BundleImportError, match="--name: expected a name") as raised:
        parsed(f"B.tflite --licence x --to /srv/models --name {name}")
    assert raised.value.hint == "give the folder with --to DIR"


def test_a_licence_is_required(capsys: pytest.CaptureFixture[str]) -> None:
    """Its absence is wrong usage; an empty one is refused."""
    with pytest.raises(SystemExit) as ended:
        parsed("model.tflite")
    assert ended.value.code == 2
    assert "--licence" in capsys.readouterr().err
    with pytest.raises(BundleImportError, match="--licence: expected the licence"):
        parsed("model.tflite --licence", " ")


@pytest.mark.parametrize("line", ["--threshold 0", "--threshold 1.5", "--range-threshold x"])
def test_a_score_is_above_0_and_at_most_1(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is wrong usage."""
    with pytest.raises(SystemExit):
        parsed(f"model.tflite --licence x {line}")
    assert "expected a score above 0 and at most 1" in capsys.readouterr().err


def test_a_front_end_has_defaults_then_the_file_then_single_values(tmp_path: Path) -> None:
    """All of them are checked together."""
    file = tmp_path / "features.toml"
    file.write_text("sample_rate_hz = 32000\nmel_bands = 128\nhigh_hz = 15000.0\n")
    assert read_features(None, []) == FeatureSpec()
    spec = read_features(file, ["mel_bands=96", "taper=hann_periodic"])
    assert (spec.sample_rate_hz, spec.mel_bands, spec.high_hz) == (32_000, 96, 15_000.0)
    with pytest.raises(FeatureError, match="contradicts itself"):
        read_features(None, ["high_hz=9000"])


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("mel_band = 3", [], "mel_band"),
        ("mel_bands = ", [], "expected the values of a front end"),
        ("", ["mel_bands=many"], "mel_bands"),
        ("", ["mel_bands"], "mel_bands"),
        ("", ["mel bands=3"], "expected the values of a front end"),
        ("", ['taper=a"b'], "expected the values of a front end"),
    ],
)
def test_a_wrong_front_end_is_refused(
    tmp_path: Path, text: str, values: list[str], message: str
) -> None:
    """With the key that is wrong."""
    file = tmp_path / "features.toml"
    file.write_text(text)
    with pytest.raises(BundleImportError, match=message) as refused:
        read_features(file, values)
    assert refused.value.hint
    with pytest.raises(BundleImportError, match="cannot be read"):
        read_features(tmp_path / "absent.toml", [])
