"""Excerpts of misclassified clips."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.evaluate.evaluate import Confusion
from soundpost_training.report import excerpts as module
from soundpost_training.report import page
from soundpost_training.report.excerpts import excerpts

pytestmark = pytest.mark.training


@pytest.fixture
def confusions(tmp_path: Path) -> list[Confusion]:
    """Two confusions, one of four clips and one of a single one, each 6 s of noise in stereo."""
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
    """Each can be played without another file, in mono at the model's rate."""
    html = page._confusions(confusions)  # noqa: SLF001 - a whole report needs a training
    players = re.findall(r'<audio controls src="data:audio/flac;base64,([A-Za-z0-9+/=]+)"', html)
    assert len(players) == html.count("<audio") == 5
    for flac in players:
        pcm, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(flac)), dtype="int16")
        assert (pcm.shape, rate_hz) == ((64_000,), 16_000)
        assert np.abs(pcm).max() > 1000
    for path in [*confusions[0].paths, *confusions[1].paths]:
        assert f'<a href="{Path(path).as_uri()}">{path}</a> <audio' in html
    assert "&lt;b&gt;" in html


def test_each_confusion_gets_one_excerpt_before_any_gets_two(
    confusions: list[Confusion], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of clips and of bytes is bounded."""
    first, *_, fourth = confusions[0].paths
    monkeypatch.setattr(module, "MOST_CLIPS", 2)
    assert list(excerpts(confusions)) == [first, confusions[1].paths[0]]
    monkeypatch.setattr(module, "MOST_BYTES", 150_000)
    assert list(excerpts(confusions)) == [first]
    assert fourth not in excerpts(confusions)


def test_a_missing_clip_is_linked_without_an_excerpt(confusions: list[Confusion]) -> None:
    """The report is still written."""
    missing = Path(confusions[1].paths[0])
    missing.unlink()
    html = page._confusions(confusions)  # noqa: SLF001 - as above
    assert f'<div><a href="{missing.as_uri()}">{missing}</a></div>' in html
    assert html.count("<audio") == 4
