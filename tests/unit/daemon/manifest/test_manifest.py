"""Reading a manifest: unknown, missing and invalid fields are refused."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.errors import BundleError
from soundpost.features import FeatureSpec
from soundpost.manifest import MANIFEST_FILE, LogMelInput, Manifest, read_manifest

TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"
TEXT = (TINY / MANIFEST_FILE).read_text()
WHOLE: dict[str, Any] = json.loads(TEXT)
Key = str | int
Keys = tuple[Key, ...]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides one folder for all examples of a property."""
    return tmp_path_factory.mktemp("bundle")


def read_text(folder: Path, text: str | bytes) -> Manifest:
    """Writes a manifest and reads it."""
    content = text.encode() if isinstance(text, str) else text
    (folder / MANIFEST_FILE).write_bytes(content)
    return read_manifest(folder)


def at(manifest: Any, keys: Keys) -> Any:  # noqa: ANN401 - a place in JSON holds anything
    """Returns the value at a place."""
    for key in keys:
        manifest = manifest[key]
    return manifest


def places(value: Any, keys: Keys = ()) -> list[Keys]:  # noqa: ANN401 - JSON
    """Returns every place in a JSON document, except the document itself."""
    if isinstance(value, dict):
        inner: list[tuple[Key, Any]] = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        inner = []
    return [place for key, item in inner for place in ((*keys, key), *places(item, (*keys, key)))]


FIELDS = [keys for keys in places(WHOLE) if isinstance(keys[-1], str)]
TABLES = [(), *(keys for keys in places(WHOLE) if isinstance(at(WHOLE, keys), dict))]


def changed(keys: Keys, value: Any) -> str:  # noqa: ANN401 - JSON
    """Returns the manifest with another value at one place."""
    manifest = copy.deepcopy(WHOLE)
    at(manifest, keys[:-1])[keys[-1]] = value
    return json.dumps(manifest)


def test_a_complete_manifest_is_read() -> None:
    """Values are read as they were written."""
    manifest = read_manifest(TINY)
    assert manifest.id == "tiny-int8"
    assert isinstance(manifest.input, LogMelInput)
    assert manifest.input.features == FeatureSpec()
    assert (manifest.input.window_frames, manifest.input.stride_frames) == (16, 8)
    assert manifest.label_names == ["hiss", "hum", "hush"]


def test_a_manifest_survives_a_round_trip(tmp_path: Path) -> None:
    """Encoding a manifest and reading it again gives an equal one."""
    manifest = read_manifest(TINY)
    assert read_text(tmp_path, msgspec.json.encode(manifest)) == manifest


@pytest.mark.parametrize("keys", FIELDS, ids=lambda keys: ".".join(map(str, keys)))
def test_every_field_is_required(tmp_path: Path, keys: Keys) -> None:
    """A missing field is refused, also one of the features, which have defaults in code."""
    manifest = copy.deepcopy(WHOLE)
    del at(manifest, keys[:-1])[keys[-1]]
    with pytest.raises(BundleError, match=f"missing.*{keys[-1]}|{keys[-1]} is missing"):
        read_text(tmp_path, json.dumps(manifest))


@pytest.mark.parametrize("keys", TABLES, ids=lambda keys: ".".join(map(str, keys)) or "top")
def test_an_unknown_field_is_refused_anywhere(tmp_path: Path, keys: Keys) -> None:
    """The message names an unknown field, in every table."""
    with pytest.raises(BundleError, match="unknown field `tresholds`"):
        read_text(tmp_path, changed((*keys, "tresholds"), 1))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("schema",), 2),
        (("id",), "../etc"),
        (("id",), "esc50\n"),
        (("version",), "1.0"),
        (("version",), "1.0.0\n"),
        (("minimum_daemon",), "1.\N{ARABIC-INDIC DIGIT ONE}.0"),
        (("minimum_daemon",), "0." + "9" * 5_000 + ".0"),
        (("model", "bytes"), 0),
        (("model", "sha256"), "A" * 64),
        (("model", "sha256"), "a" * 64 + "\n"),
        (("labels",), []),
        (("labels", 0, "name"), "Glass breaking"),
        (("labels", 0, "name"), "hiss\n"),
        (("labels", 0, "name"), "hiss/#"),
        (("labels", 0, "name"), "any"),
        (("labels", 0, "name"), "hum"),
        (("labels", 0, "on_threshold"), 1.5),
        (("labels", 0, "off_threshold"), 0.51),
        (("labels", 0, "smoothing_windows"), 0),
        (("labels", 0, "minimum_samples"), -1),
        (("input", "kind"), "spectrogram"),
        (("input", "window_frames"), 17),
        (("input", "stride_frames"), 0),
        (("input", "stride_frames"), 17),
        (("input", "tensor", "shape"), [1, 64, 16, 1]),
        (("input", "tensor", "dtype"), "uint8"),
        (("input", "tensor", "scale"), 0.0),
        (("input", "tensor", "scale"), 1e-300),
        (("input", "tensor", "scale"), 1e300),
        (("input", "tensor", "zero_point"), 128),
        (("input", "features", "hop_samples"), 0),
        (("input", "features", "hop_samples"), 401),
        (("input", "features", "fft_size"), 256),
        (("input", "features", "fft_size"), 2**40),
        (("input", "features", "sample_rate_hz"), 10**400),
        (("input", "features", "high_hz"), 8_001.0),
        (("input", "features", "low_hz"), 7_500.0),
        (("input", "features", "log_offset"), 0.0),
        (("input", "features", "mel_scale"), "slaney"),
        (("output", "tensor", "shape"), [1, 4]),
        (("output", "activation"), "relu"),
        (("output", "temperature"), 0.0),
        (("output", "temperature"), 1e-320),
    ],
)
def test_an_invalid_value_is_refused(tmp_path: Path, keys: Keys, value: object) -> None:
    """A value that would fail later, or give wrong scores, is refused when it is read."""
    with pytest.raises(BundleError, match="is not a manifest of schema 1"):
        read_text(tmp_path, changed(keys, value))


def test_a_float_tensor_has_no_scale(tmp_path: Path) -> None:
    """A dtype that was changed by hand does not fit the quantisation."""
    with pytest.raises(BundleError, match="float32 tensor has scale 0"):
        read_text(tmp_path, changed(("output", "tensor", "dtype"), "float32"))


@pytest.mark.parametrize("minimum", ["0.9.1", "0.10.0", "1.0.0"])
def test_a_bundle_for_a_newer_daemon_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minimum: str
) -> None:
    """The message names both versions; 0.10 is newer than 0.9."""
    monkeypatch.setattr("soundpost.manifest.read.__version__", "0.9.0")
    with pytest.raises(BundleError, match=f"needs soundpost {minimum} or newer, this is 0.9.0"):
        read_text(tmp_path, changed(("minimum_daemon",), minimum))


def test_a_newer_daemon_is_named_before_a_field_that_is_unknown(tmp_path: Path) -> None:
    """A manifest for a later daemon may hold fields that this one does not know."""
    manifest = copy.deepcopy(WHOLE)
    manifest["minimum_daemon"] = "99.0.0"
    manifest["labels"][0]["from_the_future"] = 1
    with pytest.raises(BundleError, match=r"needs soundpost 99\.0\.0 or newer"):
        read_text(tmp_path, json.dumps(manifest))


@pytest.mark.parametrize("minimum", ["0.10.0", "0.9.9", "0.0.1"])
def test_a_bundle_for_an_older_daemon_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minimum: str
) -> None:
    """The minimum version itself is accepted."""
    monkeypatch.setattr("soundpost.manifest.read.__version__", "0.10.0")
    assert read_text(tmp_path, changed(("minimum_daemon",), minimum)).minimum_daemon == minimum


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    """The hint lists the files of a bundle."""
    with pytest.raises(BundleError, match="no manifest can be read") as caught:
        read_manifest(tmp_path)
    assert MANIFEST_FILE in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "[" * 100_000, '{"id": ' * 100_000, "\ufeff" + TEXT, TEXT[:-3]],
    ids=["empty", "cut", "null", "array", "deep", "deeper", "bom", "unfinished"],
)
def test_text_that_is_not_a_json_object_is_refused(tmp_path: Path, text: str) -> None:
    """Other JSON, broken JSON and deeply nested JSON are refused."""
    with pytest.raises(BundleError, match="is not a manifest"):
        read_text(tmp_path, text)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(folder: Path, content: bytes) -> None:
    """Random bytes in place of a manifest are a BundleError."""
    with pytest.raises(BundleError):
        read_text(folder, content)


# A small alphabet: hypothesis takes a second to learn all of Unicode, and calls that too slow.
TEXTS = st.text('ab_1."\n\0é\N{GRINNING FACE}', max_size=9)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["NaN", "1.0.0", "int8", "log_mel", "hiss", "0" * 64])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=6,
)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Returns the manifest with a few values replaced, removed or added, or bytes changed."""
    manifest = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        keys = draw(st.sampled_from(places(manifest)))
        holder = at(manifest, keys[:-1])
        if draw(st.booleans()):
            holder[keys[-1]] = draw(ANYTHING)
        else:
            del holder[keys[-1]]
        if not manifest:
            break
    content = bytearray(json.dumps(manifest).encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 5]))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content)


@settings(max_examples=500)
@given(content=mutations())
def test_a_mutated_manifest_raises_nothing_but_bundle_errors(folder: Path, content: bytes) -> None:
    """A mutated manifest is read exactly as it is, or refused with a hint."""
    try:
        manifest = read_text(folder, content)
    except BundleError as error:
        assert error.hint  # noqa: PT017 - either outcome is right; any other error is not
    else:
        assert msgspec.to_builtins(manifest) == json.loads(content)


def test_a_label_may_have_a_device_class(folder: Path) -> None:
    """Without it a manifest is written as before."""
    manifest = read_text(folder, changed(("labels", 0, "device_class"), "smoke"))
    assert manifest.labels[0].device_class == "smoke"
    assert manifest.labels[1].device_class is None
    assert b"device_class" not in msgspec.json.encode(read_text(folder, TEXT))
    with pytest.raises(BundleError, match="device_class"):
        read_text(folder, changed(("labels", 0, "device_class"), "Smoke!"))
