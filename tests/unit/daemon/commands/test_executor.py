"""What a steward does with commands: each once, remembered, and never in the way of sound."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_harness import LABELS, MINUTE_NS, NOW_NS, RUNNING, House

from soundpost.classify.model import Model
from soundpost.commands import history
from soundpost.config import Config, DecideConfig
from soundpost.errors import ConfigError, EvidenceError
from soundpost.evidence import NoClipReason

MakeHouse = Callable[..., House]
LATER_NS = NOW_NS + 31 * MINUTE_NS
GROUPS = Config(decide=DecideConfig(groups={"noises": ["hiss", "hum"]}))


def muted(house: House, utc_ns: int = NOW_NS) -> list[str]:
    """The labels that are muted at a time."""
    return [label for label in LABELS if house.mutes.is_muted(label, utc_ns)]


def test_a_label_is_muted_for_a_while(house: House) -> None:
    """And told again by itself."""
    result = house.ask("mute", labels=["hum"], minutes=30)
    assert (result["status"], result["at"]) == ("done", "2100-01-01T00:00:00.000Z")
    assert result["message"] == "hum is muted until 2100-01-01T00:30:00.000Z"
    assert (muted(house), muted(house, LATER_NS)) == (["hum"], [])


def test_without_labels_everything_is_muted_and_unmuted(house: House) -> None:
    """One command each way."""
    assert house.ask("mute", "a1", minutes=30)["message"].startswith("everything is muted until")
    assert muted(house) == [*LABELS]
    assert house.ask("unmute", "a2")["message"] == "everything is no longer muted"
    assert muted(house) == []


def test_no_minutes_unmute(house: House) -> None:
    """So that a switch has one topic."""
    house.ask("mute", "a1", minutes=30)
    result = house.ask("mute", "a2", labels=["hum"], minutes=0)
    assert (result["status"], result["message"]) == ("done", "hum is no longer muted")
    assert muted(house) == ["hiss", "hush"]


def test_a_group_is_muted_whole(make_house: MakeHouse) -> None:
    """Its name stands for its labels."""
    house = make_house(GROUPS)
    assert "hiss, hum are muted" in house.ask("mute", labels=["noises"], minutes=1)["message"]
    assert muted(house) == ["hiss", "hum"]


def test_a_threshold_holds_until_it_is_taken_back(house: House) -> None:
    """The rules are those of the configuration otherwise."""
    assert house.ask("threshold", "a1", label="hum", on=0.9)["message"] == "hum starts at 0.9"
    assert [rule.on_threshold for rule in house.rules] == [0.5, 0.9, 0.5]
    assert house.ask("threshold", "a2", label="hum", on=None)["message"] == "hum starts at 0.5"
    assert [rule.on_threshold for rule in house.rules] == [0.5, 0.5, 0.5]
    assert house.live_settings.overrides == ()


def test_a_profile_and_a_threshold_of_one_label_hold_together(house: House) -> None:
    """To take one back leaves the other."""
    house.ask("profile", "a1", label="hum", profile="steady")
    house.ask("threshold", "a2", label="hum", on=0.9)
    assert (house.rules[1].needed_windows, house.rules[1].on_threshold) == (3, 0.9)
    assert "as configured" in house.ask("profile", "a3", label="hum", profile=None)["message"]
    assert (house.rules[1].needed_windows, house.rules[1].on_threshold) == (1, 0.9)


@pytest.mark.parametrize(
    ("name", "fields", "hint"),
    [
        ("mute", {"labels": ["hum", "him"], "minutes": 1}, "did you mean hum?"),
        ("unmute", {"labels": ["him"]}, "did you mean hum?"),
        ("threshold", {"label": "him", "on": 0.5}, "did you mean hum?"),
        ("profile", {"label": "hum", "profile": "stead"}, "did you mean steady?"),
    ],
)
def test_what_is_not_known_is_refused_and_nothing_done(
    house: House, name: str, fields: dict[str, Any], hint: str
) -> None:
    """Not even for those that are."""
    house.send(name, **fields)
    house.executor.tick(RUNNING)
    (result,) = house.results
    assert (result["status"], result["hint"]) == ("refused", hint)
    assert (muted(house), house.rules, house.live_settings.overrides) == ([], (), ())


def test_a_repetition_is_answered_and_not_done_again(house: House) -> None:
    """The very same result, whether it comes later or waits beside the first."""
    for _ in range(2):
        house.send("reload")
    for _ in range(2):
        house.executor.tick(RUNNING)
    house.sound_clock.utc_ns = LATER_NS
    house.ask("reload")
    assert (house.reloads, house.health.commands) == (1, 1)
    assert house.results == [house.results[0]] * 3


def test_an_id_is_for_one_command(house: House) -> None:
    """Neither for another of the same name nor for one of another."""
    house.ask("mute", minutes=1)
    others: list[tuple[str, dict[str, Any]]]
    others = [("mute", {"minutes": 2}), ("reload", {}), ("unmute", {})]
    for name, fields in others:
        result = house.ask(name, **fields)
        assert result["status"] == "refused"
        assert "another command" in result["message"]
    assert (house.reloads, muted(house)) == (0, [*LABELS])


def test_a_restart_remembers(make_house: MakeHouse) -> None:
    """What is muted, how it is decided, and what was answered."""
    first = make_house()
    results = [
        first.ask("mute", "a1", labels=["hum"], minutes=30),
        first.ask("threshold", "a2", label="hiss", on=0.9),
        first.ask("profile", "a3", label="hum", profile="steady"),
    ]
    second = make_house()
    assert (muted(second), second.rules) == (["hum"], first.rules)
    assert second.ask("mute", "a1", labels=["hum"], minutes=30) == results[0]
    assert second.settings == first.settings[-1:]


def test_what_the_configuration_lost_is_left_out(
    make_house: MakeHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """And said; the rest holds."""
    house = make_house()
    house.ask("threshold", "a1", label="hiss", on=0.9)
    house.ask("threshold", "a2", label="hum", on=0.9)
    house = make_house(Config(decide=DecideConfig(exclude=["hiss"])))
    assert [rule.on_threshold for rule in house.rules] == [0.9, 0.5]
    assert "no longer fits, and is left out" in caplog.text


def test_what_is_remembered_is_bounded(
    make_house: MakeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest ids are forgotten, the latest are not."""
    monkeypatch.setattr(history, "KEPT_RESULTS", 3)
    house = make_house()
    for number in range(5):
        house.ask("reload", f"a{number}")
    house = make_house()
    for command_id, reloads in (("a4", 0), ("a2", 0), ("a1", 1)):
        house.ask("reload", command_id)
        assert house.reloads == reloads


def test_a_node_without_a_memory_says_so(model: Model) -> None:
    """A mute that a restart forgets is one that its sender should know of."""
    house = House(None, model)
    assert "a restart undoes it" in house.ask("mute", "a1", minutes=1)["hint"]
    assert house.ask("reload", "a2")["hint"] == ""


def test_a_disk_that_takes_nothing_is_told(
    make_house: MakeHouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The command is carried out all the same; the log says it once."""
    house = make_house()
    (tmp_path / ".commands.json.part").mkdir()
    for command_id in ("a1", "a2"):
        result = house.ask("mute", command_id, minutes=1)
        assert (result["status"], "a restart undoes it" in result["hint"]) == ("done", True)
    assert caplog.text.count("cannot be written") == 1


def test_a_clip_is_answered_when_it_is_there(house: House) -> None:
    """First that it is begun, then its name; meanwhile other commands are carried out."""
    assert house.ask("capture-now", seconds=2)["status"] == "started"
    assert house.ask("reload", "a2")["status"] == "done"
    assert house.ask("capture-now", seconds=2)["status"] == "started"
    house.clips.came = "x.flac"
    house.executor.tick(RUNNING)
    (request,) = house.clips.requests
    assert (request.command, request.seconds) == ("a1", 2.0)
    result = house.results[-1]
    assert (result["id"], result["status"], result["clip"]) == ("a1", "done", "x.flac")


@pytest.mark.parametrize(
    ("came", "why"), [(NoClipReason.WITHHELD, "speech"), (NoClipReason.LOST, "be stored")]
)
def test_a_clip_that_there_is_not_has_failed(house: House, came: NoClipReason, why: str) -> None:
    """With the reason."""
    house.ask("capture-now", seconds=2)
    house.clips.came = came
    house.executor.tick(RUNNING)
    assert (house.results[-1]["status"], house.results[-1]["clip"]) == ("failed", None)
    assert why in house.results[-1]["message"]


def test_a_clip_that_cannot_be_had_is_refused(house: House) -> None:
    """In the words of the evidence."""
    house.clips.refusal = EvidenceError("no evidence", hint="set evidence.folder")
    result = house.ask("capture-now", seconds=2)
    assert (result["status"], result["message"]) == ("refused", "no evidence")
    house.executor.tick(RUNNING)
    assert len(house.results) == 1


def test_a_refused_configuration_is_told_with_its_reason(house: House) -> None:
    """Who reloads from afar sees no log."""
    house.refusal = ConfigError("unknown key mqtt.x", hint="did you mean mqtt.y?")
    result = house.ask("reload")
    assert (result["status"], result["message"]) == ("refused", "unknown key mqtt.x")
    assert result["hint"] == "did you mean mqtt.y?"


def test_a_self_test_goes_on_a_step_at_a_time(house: House) -> None:
    """Between the chunks of what is heard, and other commands beside it."""
    assert house.ask("selftest")["status"] == "started"
    house.ask("mute", "a2", minutes=1)
    turns = 0
    while len(house.results) < 3:
        house.executor.tick(RUNNING)
        turns += 1
    assert (house.results[-1]["id"], house.results[-1]["status"]) == ("a1", "done")
    assert "was recognised" in house.results[-1]["message"]
    assert turns > 3


def test_what_a_restart_interrupts_has_failed(make_house: MakeHouse) -> None:
    """Its sender is not left waiting for ever."""
    make_house().ask("capture-now", seconds=2)
    house = make_house()
    result = house.ask("capture-now", seconds=2)
    assert (result["status"], house.clips.requests) == ("failed", [])
    assert "restarted" in result["message"]


def test_at_the_end_what_goes_on_ends_and_what_waits_is_refused(house: House) -> None:
    """Nobody waits for a node that is gone."""
    house.ask("capture-now", seconds=2)
    for command_id in ("a2", "a3"):
        house.send("reload", command_id)
    house.executor.close()
    house.send("reload", "a4")
    said = [(result["id"], result["status"]) for result in house.results]
    assert said == [("a1", "started"), ("a1", "failed"), *((f"a{n}", "refused") for n in (2, 3, 4))]
    assert house.reloads == 0


def test_one_self_test_at_a_time(house: House) -> None:
    """However many are asked for, sound is not kept waiting for all of them."""
    house.ask("selftest")
    assert house.ask("selftest", "a2")["status"] == "refused"


def test_a_slow_command_is_rested_from(house: House) -> None:
    """A disk that takes its time is left most of it."""
    house.reload_seconds = 2.0
    for number in range(2):
        house.send("reload", f"a{number}")
    done = []
    for house.now_seconds in (0.0, 9.9, 10.0):
        house.executor.tick(RUNNING)
        done.append(house.reloads)
    assert done == [1, 1, 2]


def test_one_command_between_two_chunks(house: House) -> None:
    """However many wait."""
    for number in range(5):
        house.send("reload", f"a{number}")
    house.executor.tick(RUNNING)
    assert house.reloads == 1
