"""The clips of a report that can be heard in it."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.evaluate.evaluate import Confusion
from soundpost_training.report import excerpts as room
from soundpost_training.report import page
from soundpost_training.report.excerpts import excerpts

pytestmark = pytest.mark.training


@pytest.fixture
def confusions(tmp_path: Path) -> list[Confusion]:
    """Two confusions, of four clips and of one, six seconds of noise each in stereo."""
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{name}.wav" for name in "abcde"]
    for path in paths:
        soundfile.write(path, rng.normal(0, 0.1, (6 * 22_050, 2)), 22_050)
    names = [str(path) for path in paths]
    return [
        Confusion(label="dog", taken_for="cat", clips=9, paths=names[:4]),
        Confusion(label="cat", taken_for="<b>", clips=1, paths=names[4:]),
    ]


def test_clips_are_in_the_page_beside_their_paths(confusions: list[Confusion]) -> None:
    """Each can be played without anything else, and is what the daemon would hear."""
    html = page._confusions(confusions)  # noqa: SLF001 - a whole report needs a training
    sounds = re.findall(r'<audio controls src="data:audio/flac;base64,([A-Za-z0-9+/=]+)"', html)
    assert len(sounds) == html.count("<audio") == 5
    for sound in sounds:
        pcm, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(sound)), dtype="int16")
        assert (pcm.shape, rate_hz) == ((64_000,), 16_000)
        assert np.abs(pcm).max() > 1000
    for path in [*confusions[0].paths, *confusions[1].paths]:
        assert f'<a href="{Path(path).as_uri()}">{path}</a> <audio' in html
    assert "&lt;b&gt;" in html


def test_each_confusion_is_heard_before_any_is_heard_twice(
    confusions: list[Confusion], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are so many clips at most, and so many bytes."""
    first, *_, fourth = confusions[0].paths
    monkeypatch.setattr(room, "MOST_CLIPS", 2)
    assert list(excerpts(confusions)) == [first, confusions[1].paths[0]]
    monkeypatch.setattr(room, "MOST_BYTES", 150_000)
    assert list(excerpts(confusions)) == [first]
    assert fourth not in excerpts(confusions)


def test_a_clip_that_is_gone_is_linked_only(confusions: list[Confusion]) -> None:
    """A report is made all the same."""
    gone = Path(confusions[1].paths[0])
    gone.unlink()
    html = page._confusions(confusions)  # noqa: SLF001 - as above
    assert f'<div><a href="{gone.as_uri()}">{gone}</a></div>' in html
    assert html.count("<audio") == 4
