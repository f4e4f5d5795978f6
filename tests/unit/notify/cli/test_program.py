"""The program `soundpost-notify`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from http_receiver import HttpReceiver
from notify_parts import OpenQueue, content

from soundpost import __version__
from soundpost.errors import EX_CONFIG
from soundpost_notify.cli import main

CONFIG = """
[notify]
zone = "Europe/Berlin"
[ntfy.phone]
url = "{url}"
topic = "gate"
[webhook.unused]
url = "{url}/hook"
[[rules]]
name = "alarm"
targets = ["phone"]
labels = ["glas_breaking", "Siren", "dog"]
[[nodes]]
targets = ["phone"]
"""

Run = Callable[..., int]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpReceiver]:
    """Provides a service."""
    server = HttpReceiver(tmp_path_factory.mktemp("service")).start()
    yield server
    server.kill()


@pytest.fixture
def run(tmp_path: Path, receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Provides a function that runs a command with the configuration above."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    path = tmp_path / "notify.toml"
    path.write_text(CONFIG.format(url=receiver.url))
    receiver.answer("200")
    return lambda *arguments: main(["--config", str(path), *arguments])


def test_check_prints_targets_and_rules_in_words(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what is probably a mistake."""
    assert run("check") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "broker: mqtt://localhost:1883, topics below soundpost/",
        "time zone: Europe/Berlin",
        "target phone",
        "target unused",
    ]
    assert lines[4].startswith("alarm: when glas_breaking, Siren or dog is confirmed at any node")
    assert lines[5].startswith("nodes-1: when any node is offline")
    assert lines[6:] == [
        "note: no rule uses the target unused",
        "note: no model on this machine has the label glas_breaking; did you mean glass_breaking?",
    ]


def test_test_sends_a_message(
    run: Run, receiver: HttpReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, and says what the service answers."""
    assert run("test", "phone") == 0
    assert capsys.readouterr().out == "phone has taken the message\n"
    assert receiver.requests()[-1].json["title"] == "Soundpost: a test"


def test_a_refused_test_is_an_error(
    run: Run, receiver: HttpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    """With the answer; a target that is not there is one of the configuration."""
    receiver.answer("401")
    assert run("test", "phone") == 1
    assert "phone: http://127.0.0.1" in caplog.text
    assert "answers 401" in caplog.text
    assert run("test", "fone") == EX_CONFIG
    assert "did you mean phone?" in caplog.text


def test_log_prints_what_became_of_messages(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text, and as JSON."""
    queue = OpenQueue(tmp_path / "queue.db")
    queue.put(content(1), content(2))
    delivery = queue.claim("phone")
    assert delivery is not None
    queue.fail(delivery, "503")
    queue.finish(delivery, "refused", "http://x answers 400")
    queue.file.close()
    assert run("log") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        "15 Jan 2027 09:00:00 CET  refused    phone         dog at gate"
        "  (2 attempts, http://x answers 400)"
    )
    assert "waiting" in second
    assert run("log", "--json", "-n", "1") == 0
    (line,) = capsys.readouterr().out.splitlines()
    entry = json.loads(line)
    assert (entry["state"], entry["finished"], entry["message"]["event"]) == (
        "waiting",
        None,
        "event-2",
    )


def test_log_without_a_queue_is_an_error(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """With what to do."""
    assert run("log") == EX_CONFIG
    assert "cannot be read" in caplog.text


def test_a_wrong_configuration_is_an_error(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Systemd does not try it again."""
    (tmp_path / "notify.toml").write_text("[rules]\n")
    assert run() == EX_CONFIG
    assert "expected a list of tables" in caplog.text
    assert "hint: write [[rules]]" in caplog.text


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    """It needs no configuration."""
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"soundpost-notify {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "near"),
    [(["--brocker=mqtt://hub"], "--broker"), (["chek"], "check"), (["log", "--jsn"], "--json")],
)
def test_a_misspelt_word_names_the_nearest_one(
    run: Run, arguments: list[str], near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the exit status of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"hint: did you mean {near}?\n")
