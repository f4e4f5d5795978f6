"""Lines that native code writes to stderr."""

import logging
import os
import subprocess
import sys
import threading

import pytest

from soundpost.classify.native_log import captured_native_log

INFO = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"


def test_lines_of_the_runtime_are_logged_at_debug(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """They are about the runtime, not about the sound."""
    with caplog.at_level(logging.DEBUG, "soundpost.classify"), captured_native_log():
        os.write(2, INFO)
    assert "the runtime: INFO: Created TensorFlow Lite" in caplog.text
    assert [record.levelname for record in caplog.records] == ["DEBUG"]
    assert capfd.readouterr().err == ""


def test_lines_of_a_failure_are_logged_as_warnings(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """They may say why a model fails."""

    def fail() -> None:
        with captured_native_log():
            os.write(2, b"ERROR: the op is not known\n")
            raise ValueError("the runtime's own error")

    with pytest.raises(ValueError, match="the runtime's own error"):
        fail()
    assert caplog.messages == ["the runtime: ERROR: the op is not known"]
    assert capfd.readouterr().err == ""


def test_lines_of_other_threads_are_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    """The descriptor is the whole process's; nothing of our own log is lost."""
    with captured_native_log():
        os.write(2, b"WARNING soundpost.publish: the broker is away\n")
        os.write(2, INFO)
    assert capfd.readouterr().err == "WARNING soundpost.publish: the broker is away\n"


def test_stderr_is_the_same_afterwards_from_many_threads(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Captures wait for each other: the last one restores what the first one found."""

    def capture() -> None:
        for _ in range(50):
            with captured_native_log():
                os.write(2, INFO)

    before = os.fstat(2)
    threads = [threading.Thread(target=capture) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert os.path.samestat(before, os.fstat(2))
    assert capfd.readouterr().err == ""


def test_a_closed_stderr_is_no_failure() -> None:
    """A daemon can be started without one."""
    code = (
        "import os, sys; os.close(2); sys.stderr = None\n"
        "from soundpost.classify import Classifier, find_bundle, load_bundle\n"
        "Classifier(load_bundle(find_bundle('esc10'))); print('done')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"done\n"
