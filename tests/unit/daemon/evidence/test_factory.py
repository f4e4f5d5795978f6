"""The construction of the clip recorder from a configuration."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from soundpost.config import EvidenceConfig, load_config
from soundpost.errors import ConfigError
from soundpost.evidence import Evidence, NoEvidence, RecordedModel, build_recorder
from soundpost.health import Health
from soundpost.manifest import Manifest, log_mel_input, read_manifest

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"


@pytest.fixture
def manifest() -> Manifest:
    """The manifest of the tiny model of the tests."""
    return read_manifest(TINY)


def at_rate(manifest: Manifest, sample_rate_hz: int) -> Manifest:
    """Returns the manifest of a model with another sample rate."""
    log_mel = log_mel_input(manifest, "this test")
    features = msgspec.structs.replace(log_mel.features, sample_rate_hz=sample_rate_hz)
    model_input = msgspec.structs.replace(log_mel, features=features)
    return msgspec.structs.replace(manifest, input=model_input)


def recorder(config: EvidenceConfig, manifest: Manifest, memory_windows: int = 1) -> Evidence:
    """Returns the recorder of one model, at its rate."""
    models = [RecordedModel(manifest, memory_windows)]
    return build_recorder(config, models, manifest.input.sample_rate_hz, Health())


def test_without_a_folder_no_evidence_is_recorded(manifest: Manifest) -> None:
    """No sound is written to a disk by default."""
    assert isinstance(recorder(EvidenceConfig(), manifest), NoEvidence)
    assert EvidenceConfig(privacy="mute-speech").folder is None


def test_a_folder_is_the_only_required_setting(manifest: Manifest, tmp_path: Path) -> None:
    """The folder is not created before the first clip."""
    config = EvidenceConfig(folder=str(tmp_path / "clips"))
    assert not isinstance(recorder(config, manifest), NoEvidence)
    assert not (tmp_path / "clips").exists()


def test_the_libraries_of_clips_are_loaded_at_the_start(tmp_path: Path) -> None:
    """Later the process may have no descriptor left to load them."""
    code = f"""
import sys
from pathlib import Path
from soundpost.config import EvidenceConfig
from soundpost.evidence import RecordedModel, build_recorder
from soundpost.health import Health
from soundpost.manifest import read_manifest
models = [RecordedModel(read_manifest(Path({str(TINY)!r})), 1)]
late = {{"soundfile", "webrtcvad", "soundpost.evidence.speech"}}
build_recorder(EvidenceConfig(), models, 16_000, Health())
assert not late & sys.modules.keys(), sys.modules.keys()
config = EvidenceConfig(folder={str(tmp_path)!r}, privacy="mute-speech")
build_recorder(config, models, 16_000, Health())
assert late <= sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("privacy", "sample_rate_hz", "words"),
    [
        ("off", 700_000, "FLAC"),
        ("mute-speech", 22_050, "voices"),
        ("no-speech-clips", 96_000, "voi"),
    ],
)
def test_an_unsupported_sample_rate_is_refused(
    manifest: Manifest, privacy: str, sample_rate_hz: int, words: str
) -> None:
    """The error is raised at the start, not when the first event has no clip or an unmuted one."""
    config = msgspec.convert({"folder": "clips", "privacy": privacy}, EvidenceConfig)
    with pytest.raises(ConfigError, match=words):
        recorder(config, at_rate(manifest, sample_rate_hz))


def test_a_pre_roll_as_long_as_the_clip_is_refused(tmp_path: Path) -> None:
    """A clip without its event is no evidence."""
    path = tmp_path / "soundpost.toml"
    path.write_text("[evidence]\npre_roll_seconds = 10\nclip_seconds = 10\n")
    with pytest.raises(ConfigError, match="leave nothing of clip_seconds"):
        load_config(path)


def test_more_sound_than_fits_into_memory_is_refused(manifest: Manifest) -> None:
    """A clip reaches back over all windows that an event's end waits for."""
    with pytest.raises(ConfigError, match="s of sound in memory") as caught:
        recorder(EvidenceConfig(folder="clips"), manifest, 1_000_000)
    assert "smoothing_windows" in caught.value.hint
