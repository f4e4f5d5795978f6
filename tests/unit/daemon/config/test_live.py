"""The configuration in use, its reload, and the copy of the last good file."""

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
    """Provides a configuration file."""
    path = tmp_path / "soundpost.toml"
    path.write_text(GOOD.format("first"))
    return path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Provides the folder of the copy."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def accept(_config: Config) -> None:
    """Accepts the configuration."""


def refuse(_config: Config) -> None:
    """Refuses the configuration, because its bundle is absent."""
    raise BundleError("no such bundle", hint="name another one")


def test_a_valid_file_is_used(file: Path, state: Path) -> None:
    """The copy is not read."""
    (state / COPY).write_text(GOOD.format("old"))
    assert LiveConfig(load_config, file, state).config.node.name == "first"


def test_the_copy_is_used_when_the_file_is_broken(
    file: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A typing error and a power cut do not stop a node; the reason is logged."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(BROKEN)
    assert LiveConfig(load_config, file, state).config.node.name == "first"
    assert "did you mean node.name?" in caplog.text


def test_a_broken_file_does_not_replace_the_copy(file: Path, state: Path) -> None:
    """The copy is not emptied either."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(BROKEN)
    LiveConfig(load_config, file, state).save_copy()
    assert (state / COPY).read_text() == GOOD.format("first")


def test_a_file_is_copied_only_after_a_start(file: Path, state: Path) -> None:
    """A file that could be read but led to no start is not a good one."""
    LiveConfig(load_config, file, state)
    assert not (state / COPY).exists()


def test_the_copy_is_readable_for_the_owner_only(file: Path, state: Path) -> None:
    """It may name hosts and users; the group of the service may read clips beside it."""
    file.chmod(0o644)
    (state / COPY).touch(0o644)
    LiveConfig(load_config, file, state).save_copy()
    assert (state / COPY).stat().st_mode & 0o777 == 0o600


def test_a_failed_copy_leaves_the_last_one(
    file: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is complete, nothing lies beside it, and the failure is logged."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(GOOD.format("second"))
    with files_of_at_most(3):
        LiveConfig(load_config, file, state).save_copy()
    assert {path.name: path.read_text() for path in state.iterdir()} == {COPY: GOOD.format("first")}
    assert "cannot be kept: File too large" in caplog.text


def test_without_a_copy_a_broken_file_is_an_error(file: Path, state: Path) -> None:
    """The first start of a node has no copy to fall back to."""
    file.write_text(BROKEN)
    with pytest.raises(ConfigError, match="nmae"):
        LiveConfig(load_config, file, state)


def test_without_a_folder_there_is_no_copy(file: Path) -> None:
    """Started by hand, soundpost writes no file, and a broken file is an error."""
    LiveConfig(load_config, file, None).save_copy()
    file.write_text(BROKEN)
    with pytest.raises(ConfigError):
        LiveConfig(load_config, file, None)


def test_the_file_is_read_again_only_on_request(file: Path, state: Path) -> None:
    """An editor may save it at any time."""
    live = LiveConfig(load_config, file, state)
    file.write_text(GOOD.format("second"))
    assert not live.reload_if_requested(accept)
    assert live.config.node.name == "first"


def test_a_requested_reload_uses_the_file(file: Path, state: Path) -> None:
    """Each request reads it once; the file becomes the last good one."""
    live = LiveConfig(load_config, file, state)
    file.write_text(GOOD.format("second"))
    live.request_reload()
    assert live.reload_if_requested(accept)
    assert not live.reload_if_requested(accept)
    assert live.config.node.name == "second"
    live.save_copy()
    assert (state / COPY).read_text() == GOOD.format("second")


@pytest.mark.parametrize(("content", "is_refused"), [(BROKEN, False), (GOOD.format("x"), True)])
def test_a_refused_reload_keeps_the_old_configuration(
    file: Path,
    state: Path,
    caplog: pytest.LogCaptureFixture,
    content: str,
    is_refused: bool,  # noqa: FBT001 - a parameter of the case
) -> None:
    """The file may be invalid, or not fit the machine; reason and hint are logged."""
    live = LiveConfig(load_config, file, state)
    file.write_text(content)
    live.request_reload()
    assert not live.reload_if_requested(refuse if is_refused else accept)
    assert live.config.node.name == "first"
    assert "is refused, the old one stays in use" in caplog.text


def test_a_full_disk_costs_the_copy_only(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Detection goes on; the failure is logged."""
    LiveConfig(load_config, file, tmp_path / "absent").save_copy()
    assert "cannot be kept" in caplog.text


def test_a_configuration_that_cannot_be_started_falls_back(file: Path, state: Path) -> None:
    """It could be read, but its bundle, say, is absent."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(GOOD.format("second"))
    live = LiveConfig(load_config, file, state)
    absent = BundleError("no such bundle", hint="name another one")
    live.fall_back(absent)
    assert (live.config.node.name, live.refusal) == ("first", absent)
    live.save_copy()
    assert (state / COPY).read_text() == GOOD.format("first")


def test_a_copy_that_fails_too_is_named_with_its_reason(file: Path, state: Path) -> None:
    """The new file's error comes first, and gives the exit status."""
    LiveConfig(load_config, file, state).save_copy()
    file.write_text(BROKEN)
    live = LiveConfig(load_config, file, state)
    with pytest.raises(ConfigError, match=r"nmae; and the last good .*: no such bundle"):
        live.fall_back(BundleError("no such bundle", hint="name another one"))


def test_a_damaged_copy_is_named_with_its_reason(file: Path, state: Path) -> None:
    """Both files are to be looked at."""
    (state / COPY).write_text("[")
    file.write_text(BROKEN)
    with pytest.raises(ConfigError, match=r"nmae; and the last good .* is not TOML"):
        LiveConfig(load_config, file, state)


def test_the_same_file_is_not_tried_twice(file: Path, state: Path) -> None:
    """The copy names the same files, and would fail in the same way."""
    live = LiveConfig(load_config, file, state)
    live.save_copy()
    absent = BundleError("no such bundle", hint="name another one")
    with pytest.raises(BundleError) as caught:
        live.fall_back(absent)
    assert caught.value is absent


def test_a_repaired_file_ends_the_refusal(file: Path, state: Path) -> None:
    """A refused reload raises it, and a good one clears it."""
    live = LiveConfig(load_config, file, state)
    for content, is_refused in ((BROKEN, True), (GOOD.format("x"), False)):
        file.write_text(content)
        live.request_reload()
        live.reload_if_requested(accept)
        assert (live.refusal is not None) == is_refused


SOURCES = '[[sources]]\nname = "yard"\n[[sources]]\nname = "road"\nsource = "mic:{}"\n'


def test_one_of_several_sources_goes_on_while_its_own_part_is_the_same(
    file: Path, state: Path
) -> None:
    """The copy of the last good file is the new one all the same; a single source restarts."""
    file.write_text(SOURCES.format("old"))
    yard = LiveConfig(lambda path: load_config(path, source="yard"), file, state)
    road = LiveConfig(lambda path: load_config(path, source="road"), file, None)
    single = LiveConfig(load_config, file, None)
    file.write_text(SOURCES.format("new"))
    for live_config in (yard, road, single):
        live_config.request_reload()
    assert not yard.reload_if_requested(refuse)
    assert (state / COPY).read_text() == SOURCES.format("new")
    assert road.reload_if_requested(accept)
    assert road.config.capture.source == "mic:new"
    assert single.reload_if_requested(accept)


def test_one_of_several_sources_starts_again_with_a_replaced_bundle(file: Path) -> None:
    """Though the configuration names it as before; one that is gone is refused."""
    file.write_text(SOURCES.format("a"))
    yard = LiveConfig(lambda path: load_config(path, source="yard"), file, None)

    def refuse_files() -> bool:
        raise BundleError("no such bundle", hint="name another one")

    yard.request_reload()
    assert not yard.reload_if_requested(accept, refuse_files)
    assert isinstance(yard.refusal, BundleError)
    yard.request_reload()
    assert yard.reload_if_requested(accept, lambda: False)
    assert yard.refusal is None


def test_a_source_that_goes_on_reports_a_refused_file_until_it_is_repaired(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whichever part of the file is wrong: at the next start all of it would be refused."""
    file.write_text(SOURCES.format("a"))
    yard = LiveConfig(lambda path: load_config(path, source="yard"), file, None)
    file.write_text(SOURCES.format("a") + "channel = 0\n")
    yard.request_reload()
    assert not yard.reload_if_requested(accept)
    assert yard.refusal is not None
    assert "sources[1].channel: expected" in caplog.text
    file.write_text(SOURCES.format("a"))
    yard.request_reload()
    assert not yard.reload_if_requested(refuse)
    assert yard.refusal is None
