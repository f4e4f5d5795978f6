"""The command `check`, as a real process."""

import shutil
from pathlib import Path

import pytest
from daemon_process import NODE, soundpost
from mosquitto import Broker
from range_bundle import write_range_bundle
from recording import write_quiet

ROOT = Path(__file__).resolve().parents[2]
STEPS = ["config", "bundle", "golden", "sound", "outbox", "broker"]


@pytest.fixture
def config(broker: Broker, tmp_path: Path) -> Path:
    """A configuration without any fault."""
    write_quiet(tmp_path / "quiet.wav", 1.0)
    path = tmp_path / "soundpost.toml"
    path.write_text(
        f'node.name = "{NODE}"\ncapture.source = "wav:{tmp_path / "quiet.wav"}"\n'
        f'mqtt.broker = "{broker.url}"\nmqtt.outbox = "{tmp_path / "outbox.db"}"\n'
    )
    return path


def lines(written: str) -> list[str]:
    """Returns the steps, each with its outcome."""
    found = [line.split()[:2] for line in written.splitlines() if not line.startswith(" ")]
    return [" ".join(line) for line in found]


def test_every_step_is_run_and_reported(config: Path) -> None:
    """There is a line for each, from the configuration to the broker."""
    done = soundpost("check", "--config", str(config))
    assert (done.returncode, lines(done.stdout)) == (0, [f"ok {step}" for step in STEPS])


def test_a_bundle_with_a_range_model_has_a_step_for_it(config: Path, tmp_path: Path) -> None:
    """It says how many labels occur at the place; a broken range model fails it."""
    place = ["--latitude", "0", "--longitude", "-0.5"]
    for name, status, line in (
        ("tiny.tflite", 0, "of 3 labels occur at 0.0 N 0.5 W in week"),
        ("broken.tflite", 78, "expected scores from 0 to 1, got nan"),
    ):
        bundle = write_range_bundle(tmp_path / name, name)
        done = soundpost("check", "--config", str(config), "--bundle", str(bundle), *place)
        assert done.returncode == status
        state = "FAIL" if status else "ok"
        assert [f"{state} range"] == [step for step in lines(done.stdout) if "range" in step]
        assert line in done.stdout


def test_a_damaged_outbox_fails_its_step(config: Path) -> None:
    """The other steps are still run."""
    (config.parent / "outbox.db").write_bytes(b"no outbox at all" * 1_000)
    (config.parent / "outbox.db.mark").write_bytes(b"%019d saved\n" % 1)  # so it was an outbox
    done = soundpost("check", "--config", str(config))
    assert done.returncode == 1
    assert lines(done.stdout) == [
        f"{'FAIL' if step == 'outbox' else 'ok'} {step}" for step in STEPS
    ]
    assert "outbox.db is damaged" in done.stdout


def test_a_privacy_setting_that_the_model_does_not_support_fails_its_step(
    config: Path, tmp_path: Path
) -> None:
    """The folder is writable, but at the model's sample rate voices cannot be detected."""
    bundle = shutil.copytree(ROOT / "tests/golden/tiny-int8", tmp_path / "bundle")
    manifest = bundle / "manifest.json"
    manifest.write_text(
        manifest.read_text().replace('"sample_rate_hz": 16000', '"sample_rate_hz": 22050')
    )
    with config.open("a") as file:
        file.write(f'classify.bundle = "{bundle}"\nevidence.folder = "{tmp_path / "clips"}"\n')
    done = soundpost("check", "--config", str(config))
    assert "ok clips" in lines(done.stdout)
    with config.open("a") as file:
        file.write('evidence.privacy = "mute-speech"\n')
    done = soundpost("check", "--config", str(config))
    assert "FAIL clips" in lines(done.stdout)
    assert "evidence.privacy needs a model at" in done.stdout
