"""The configuration that serves, and what happens when its file is broken."""

from pathlib import Path

import pytest
from full_disk import files_of_at_most

from soundpost.config import Config, LiveConfig, load_config
from soundpost.config.live import COPY
from soundpost.errors import BundleError, ConfigError

GOOD = 'node.name = "{}"\n'
BROKEN = "node.nmae = 1\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file."""
    path = tmp_path / "soundpost.toml"
    path.write_text(GOOD.format("first"))
    return path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder in which a copy is kept."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def accept(_config: Config) -> None:
    """Find nothing wrong."""


def refuse(_config: Config) -> None:
    """Find the bundle absent."""
    raise BundleError("no such bundle", hint="name another one")


def test_the_file_serves(file: Path, state: Path) -> None:
    """As long as it is whole, the copy is not looked at."""
    (state / COPY).write_text(GOOD.format("old"))
    assert LiveConfig(load_config, file, state).config.node.name == "first"


def test_what_served_serves_on_when_the_file_is_broken(
    file: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A slip of the keyboard and a power cut make no node deaf; the log says what is wrong."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(BROKEN)
    assert LiveConfig(load_config, file, state).config.node.name == "first"
    assert "did you mean node.name?" in caplog.text


def test_a_broken_file_does_not_become_the_last_good_one(file: Path, state: Path) -> None:
    """Nor does the copy overwrite itself with nothing."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(BROKEN)
    LiveConfig(load_config, file, state).save_copy()
    assert (state / COPY).read_text() == GOOD.format("first")


def test_only_what_has_served_is_kept(file: Path, state: Path) -> None:
    """A file that could be read and led to no start is not a good one."""
    LiveConfig(load_config, file, state)
    assert not (state / COPY).exists()


def test_a_copy_that_cannot_be_written_leaves_the_last_one(
    file: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whole and alone; the node serves, and the log says that this one is not kept."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(GOOD.format("second"))
    with files_of_at_most(3):
        LiveConfig(load_config, file, state).save_copy()
    assert {path.name: path.read_text() for path in state.iterdir()} == {COPY: GOOD.format("first")}
    assert "cannot be kept: File too large" in caplog.text


def test_without_a_copy_a_broken_file_is_an_error(file: Path, state: Path) -> None:
    """The first start of a node has nothing to fall back to."""
    file.write_text(BROKEN)
    with pytest.raises(ConfigError, match="nmae"):
        LiveConfig(load_config, file, state)


def test_without_a_folder_nothing_is_kept(file: Path) -> None:
    """Started by hand, soundpost leaves nothing behind, and says what is wrong."""
    LiveConfig(load_config, file, None).save_copy()
    file.write_text(BROKEN)
    with pytest.raises(ConfigError):
        LiveConfig(load_config, file, None)


def test_nothing_is_read_again_unless_asked_for(file: Path, state: Path) -> None:
    """An editor may save as often as it likes."""
    served = LiveConfig(load_config, file, state)
    file.write_text(GOOD.format("second"))
    assert not served.is_replaced(accept)
    assert served.config.node.name == "first"


def test_asked_for_the_file_serves_from_now_on(file: Path, state: Path) -> None:
    """It is read once for each time that it is asked for, and becomes the last good one."""
    served = LiveConfig(load_config, file, state)
    file.write_text(GOOD.format("second"))
    served.request_reload()
    assert served.is_replaced(accept)
    assert not served.is_replaced(accept)
    assert served.config.node.name == "second"
    served.save_copy()
    assert (state / COPY).read_text() == GOOD.format("second")


@pytest.mark.parametrize(("content", "is_refused"), [(BROKEN, False), (GOOD.format("x"), True)])
def test_refused_the_old_one_goes_on(
    file: Path,
    state: Path,
    caplog: pytest.LogCaptureFixture,
    content: str,
    is_refused: bool,  # noqa: FBT001 - a parameter of the case
) -> None:
    """Whether the file is wrong or what it asks for; the log says what and the hint."""
    served = LiveConfig(load_config, file, state)
    file.write_text(content)
    served.request_reload()
    assert not served.is_replaced(refuse if is_refused else accept)
    assert served.config.node.name == "first"
    assert "is refused, the old one stays in use" in caplog.text


def test_a_full_disk_costs_the_copy_only(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Listening matters more; the log says that the copy could not be kept."""
    LiveConfig(load_config, file, tmp_path / "absent").save_copy()
    assert "cannot be kept" in caplog.text
