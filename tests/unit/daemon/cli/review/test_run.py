"""The command `review` without keys: import, list, summary, bulk, undo, export."""

import json
from pathlib import Path

import pytest
from review_events import write_archive_results, write_event_clip

from soundpost import cli


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve clips: of a dog, and every third of a siren; the store is that of the user."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    for number in range(12):
        label = "dog" if number % 3 else "siren"
        write_event_clip(tmp_path / "clips", number * 11, label, score=0.5 + number / 100)
    return tmp_path / "clips"


def review(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Runs the command, which succeeds; returns its output."""
    assert cli.main(["review", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def listed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict[str, object]]:
    """Returns the queue as it is listed."""
    out = review(capsys, "--list", "--json", *arguments)
    return [json.loads(line) for line in out.splitlines()]


def test_the_queue_is_listed_the_most_uncertain_event_first(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each, or JSON with all its fields."""
    lines = review(capsys, clips, "--list").splitlines()
    assert len(lines) == 12
    assert lines[0].split() == ["0.50", "siren", "20261118T110640Z-siren-00000000.flac", "1.0", "s"]
    event = listed(capsys)[0]
    assert event["threshold"] == 0.5
    assert event["verdict"] is None
    assert {"id", "label", "score", "file", "begin_seconds", "end_seconds"} <= set(event)


def test_labels_scores_and_orders_choose_the_queue(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Flags that can be combined; a random order is that of its seed."""
    review(capsys, clips, "--summary")
    queue = listed(capsys, "--label", "dog", "--min-score", "0.55", "--order", "score")
    assert [event["score"] for event in queue] == pytest.approx([0.61, 0.6, 0.58, 0.57, 0.55])
    both = listed(capsys, "--label", "dog", "--label", "siren")
    assert len(both) == 12
    one, again, other = (
        [event["id"] for event in listed(capsys, "--order", "random", "--seed", seed)]
        for seed in ("1", "1", "2")
    )
    assert one == again != other
    assert len(listed(capsys, "--suggest", "5")) == 5


def test_one_verdict_for_many_is_counted_and_taken_back(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By another run of the program."""
    out = review(capsys, clips, "--label", "dog", "--set-all", "wrong")
    assert out == "8 events are wrong; --undo takes it back\n"
    assert {event["label"] for event in listed(capsys)} == {"siren"}
    assert len(listed(capsys, "--verdict", "wrong")) == 8
    assert review(capsys, "--undo") == "8 verdicts were taken back\n"
    assert review(capsys, "--undo") == "there is no verdict to take back\n"
    assert len(listed(capsys)) == 12
    assert review(capsys, "--label", "cat", "--set-all", "right") == "no event is to be reviewed\n"


def test_a_label_relabels_all_and_the_own_label_is_right(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt verdict is not taken for a label unawares."""
    review(capsys, clips, "--set-all", "dog", "--reviewer", "anna")
    events = listed(capsys, "--verdict", "any")
    assert {(event["label"], event["verdict"]) for event in events} == {
        ("dog", "right"),
        ("siren", "relabelled"),
    }
    assert {event["true_label"] for event in events} == {"dog"}
    assert {event["reviewer"] for event in events} == {"anna"}
    for text in ("", "  ", "relabelled", "none"):
        assert cli.main(["review", "--verdict", "any", "--set-all", text]) == 1
    assert review(capsys, "--undo") == "there is no verdict to take back\n"  # anna's is not ours


def test_the_summary_has_precision_and_interval_of_each_label(
    clips: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In 80 columns, and as JSON."""
    review(capsys, clips, "--label", "dog", "--set-all", "right")
    lines = review(capsys, "--summary").splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[1].split() == [*("dog", "8", "8", "0", "0", "0", "100", "%", "68-100", "%")]
    assert lines[2].split() == [*("siren", "4", "0", "0", "0", "0", "-", "-")]
    assert lines[-1] == "8 of 12 events reviewed"
    dog, siren = map(json.loads, review(capsys, "--summary", "--json").splitlines())
    assert dog["precision"] == 1.0
    assert dog["precision_low"] == pytest.approx(0.6756, abs=1e-3)
    assert (siren["reviewed"], siren["precision"], siren["precision_high"]) == (0, None, None)


def test_a_path_restricts_the_queue_to_its_events(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one it has all that were imported."""
    write_archive_results(tmp_path / "archive", {"a.wav": [(1.0, "owl")]})
    results = tmp_path / "archive" / "results"
    card = tmp_path / "archive" / "card"
    review(capsys, clips, "--summary")
    # The ids of archive and clips are from one counter here: this one is of a new event.
    text = (results / "detections.jsonl").read_text().replace("000000000000", "00000000ffff")
    (results / "detections.jsonl").write_text(text)
    queue = listed(capsys, results, "--recordings", card)
    assert [event["label"] for event in queue] == ["owl"]
    assert len(listed(capsys, results)) == 1
    assert len(listed(capsys)) == 13


def test_the_configured_folder_of_clips_is_the_default(
    clips: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is that of the daemon."""
    config = tmp_path / "soundpost.toml"
    config.write_text(f'[evidence]\nfolder = "{clips}"\n')
    assert len(listed(capsys, "--config", config)) == 12


def test_a_training_folder_is_exported(
    clips: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The output says what is in it, what is not, and what to run."""
    review(capsys, clips, "--label", "dog", "--set-all", "right")
    out = review(capsys, "--export", tmp_path / "garden").splitlines()
    assert out[0] == "dog  8 sounds of 8 recordings"
    assert "left out: 4, without a verdict, or unsure" in out
    assert out[-1] == f"soundpost-train prepare --config {tmp_path}/garden/experiment.toml"
    review(capsys, "--verdict", "none", "--min-score", "0.59", "--set-all", "unsure")
    assert not caplog.records
    review(capsys, "--min-score", "0.61", "--export", tmp_path / "few")
    assert "training needs sounds of 2 recordings at least" in caplog.text


def test_a_review_without_a_terminal_is_an_error_with_a_hint(
    clips: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And the commands that need none are named."""
    assert cli.main(["review", str(clips)]) == 1
    assert "needs a terminal" in caplog.text
    assert "--list" in caplog.text


def test_another_store_is_used_if_it_is_named(
    clips: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As one that the page uses."""
    review(capsys, clips, "--store", tmp_path / "other.db", "--set-all", "right")
    assert cli.main(["review", "--list"]) == 1
    assert "no event was imported yet" in caplog.text
    assert len(listed(capsys, "--store", tmp_path / "other.db", "--verdict", "right")) == 12
