"""Something whole to begin with, for each target: made, not kept."""

import io
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from sample_messages import message, outbox_file
from targets import RATE_HZ, STEM, TINY

from soundpost.config import Config
from soundpost.messages.command import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
FORMATS = [
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "FLOAT"),
    ("WAV", "ULAW"),
    ("RF64", "PCM_16"),
    ("AIFF", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
]


def _configs() -> Iterator[bytes]:
    text = (ROOT / "deploy" / "soundpost.toml").read_text(encoding="utf-8")
    yield text.encode()
    yield "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line).encode()


def _recordings() -> Iterator[bytes]:
    noise = np.random.default_rng(1).normal(0.0, 0.1, (400, 2))
    for container, subtype in FORMATS:
        file = io.BytesIO()
        soundfile.write(file, noise, RATE_HZ, format=container, subtype=subtype)
        yield file.getvalue()


def _manifests() -> Iterator[bytes]:
    yield (TINY / "manifest.json").read_bytes()
    yield from ((ROOT / "models" / name / "manifest.json").read_bytes() for name in ("esc10",))


def _goldens() -> Iterator[bytes]:
    yield (TINY / "golden.npz").read_bytes()


def _bundles() -> Iterator[bytes]:
    yield b"\0" + (TINY / "model.tflite").read_bytes()
    yield b"\1" + (TINY / "golden.npz").read_bytes()


def _outboxes() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "outbox.db")
        outbox, writer = outbox_file(path)
        for number in (1, 2, 3):
            outbox.intake.append(message(number))
        writer.write_pending()
        yield b"\2" + path.with_name("outbox.db-wal").read_bytes()
        writer.close()
        yield b"\0" + path.read_bytes()
        yield b"\1" + path.with_name("outbox.db.mark").read_bytes()


def _sidecars() -> Iterator[bytes]:
    told = msgspec.json.decode(msgspec.json.encode(message(1)))
    yield json.dumps(
        {
            "schema": 1,
            "clip": f"{STEM}.flac",
            "start": told["onset"],
            "seconds": 2.0,
            "onset_seconds": 0.5,
            "offset_seconds": None,
            "muted": [[0.1, 0.2]],
            "detection": told,
        }
    ).encode()


def _commands() -> Iterator[bytes]:
    for name, body in {
        b"mute": b'"minutes": 1.5, "labels": ["dog"]',
        b"threshold": b'"label": "dog", "on": 0.5',
        b"profile": b'"label": "dog", "profile": null',
        b"capture-now": b'"seconds": 10',
        b"reload": b"",
    }.items():
        yield name + b"\nasker/answers\n{" + b'"id": "a1"' + (b", " + body if body else b"") + b"}"


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "config": _configs,
    "wav": _recordings,
    "manifest": _manifests,
    "golden": _goldens,
    "bundle": _bundles,
    "outbox": _outboxes,
    "sidecar": _sidecars,
    "command": _commands,
}


def words(target: str) -> list[str]:
    """What a fuzzer is to know of a target's language."""
    if target == "config":
        tables = [(table.name, table.type) for table in msgspec.structs.fields(Config)]
        keys = [key.name for _, kind in tables for key in msgspec.structs.fields(kind)]
        return [*(f"[{name}]" for name, _ in tables), *keys, '"""', "'''", "inf", "nan", "0x"]
    if target == "command":
        return [*COMMANDS, '"id"', "null", "1e999", "p/n/detections", "p/n/result/", "+", "#"]
    if target in {"manifest", "sidecar"}:
        return ["null", "true", "1e999", "-1", "1e-320", "[]", "{}", '"int8"', "\\u0000"]
    if target == "wav":
        return ["RIFF", "RIFX", "RF64", "WAVE", "fmt ", "data", "ds64", "fLaC", "OggS", "FORM"]
    return []
