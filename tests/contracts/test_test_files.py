"""The test of a module is found by the module's name."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    "daemon": ROOT / "daemon" / "soundpost",
    "web": ROOT / "daemon" / "soundpost_web",
    "notify": ROOT / "daemon" / "soundpost_notify",
    "training": ROOT / "training" / "soundpost_training",
}
SMALL_LINES = 60
"""A module with fewer lines of code may be tested through the modules that use it."""

COVERED_BY = {
    "daemon/app/daemon.py": "integration/test_run.py",
    "daemon/cli/check.py": "integration/test_check.py",
    "daemon/cli/models/check.py": "integration/test_check.py",
    "daemon/cli/flags/listen.py": "integration/test_listen.py",
    "daemon/cli/listen/listen.py": "integration/test_listen.py",
    "daemon/cli/listen/listen_run.py": "integration/test_listen.py",
    "daemon/cli/review/interactive/terminal.py": "integration/test_review.py",
    "daemon/cli/selftest.py": "integration/test_selftest.py",
    "daemon/cli/watch/screen.py": "integration/test_watch.py",
    "daemon/cli/watch/watch.py": "integration/test_watch.py",
    "daemon/features/window_stream.py": "unit/daemon/features/test_windower.py",
    "daemon/messages/command/fields.py": "unit/daemon/messages/command/test_read.py",
    "daemon/messages/payload.py": "contracts/test_payload.py",
    "daemon/mqtt/broker.py": "unit/daemon/publish/test_broker.py",
    "daemon/mqtt/connection/connection.py": "unit/daemon/publish/test_connection.py",
    "daemon/mqtt/connection/deliveries.py": "unit/daemon/publish/test_connection.py",
    "daemon/mqtt/connection/handshake.py": "unit/daemon/publish/test_connection.py",
    "daemon/mqtt/errors.py": "unit/daemon/publish/test_errors.py",
    "daemon/config/check.py": "unit/daemon/config/test_load.py",
    "daemon/sqlite/open_file.py": "unit/web/history/test_database.py",
    "daemon/manifest/schema.py": "unit/daemon/manifest/test_manifest.py",
    "web/server/clips/clip_page.py": "unit/web/server/clips/test_clip_views.py",
    "web/server/review/review_page.py": "unit/web/server/review/test_review_views.py",
    "web/server/sounds.py": "integration/test_web_clips.py",
    "notify/settings/rules.py": "unit/notify/settings/test_load.py",
    "notify/settings/targets.py": "unit/notify/settings/test_load.py",
    "training/cli/soundscape_options.py": "unit/training/cli/test_soundscape_verbs.py",
    "training/cli/training_verbs.py": "unit/training/test_end_to_end.py",
    "training/cli/verbs.py": "unit/training/test_end_to_end.py",
    "training/experiment/init_tables.py": "unit/training/experiment/test_init.py",
    "training/network/pretrained/tflite_operators.py": (
        "unit/training/network/pretrained/test_tflite_graph.py"
    ),
    "training/network/pretrained/tflite_builder.py": (
        "unit/training/network/pretrained/test_tflite_network.py"
    ),
    "training/network/pretrained/tflite_tables.py": (
        "unit/training/network/pretrained/test_tflite_constants.py"
    ),
    "training/quick/backbone.py": "unit/training/quick/test_quick.py",
    "training/quick/bundle.py": "unit/training/quick/test_quick.py",
    "training/quick/card.py": "unit/training/quick/test_quick.py",
    "training/quick/embed.py": "unit/training/quick/test_quick.py",
    "training/quick/figures.py": "unit/training/quick/test_quick.py",
    "training/quick/folds.py": "unit/training/quick/test_quick.py",
    "training/quick/printing.py": "unit/training/quick/test_quick.py",
    "web/pages/analyze/analysis_view.py": "unit/web/pages/analyze/test_analysis_page.py",
    "web/server/answers.py": "unit/web/server/test_views.py",
    "web/server/asgi.py": "unit/web/server/test_application.py",
}
"""Larger modules without a test file of their name, and the test file that covers each."""


def code_lines(path: Path) -> int:
    """Counts the lines of a module that hold code: no blanks, comments or docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = path.read_text().splitlines()
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in docstrings
        for number, line in enumerate(lines, 1)
    )


def modules(side: str) -> list[str]:
    """Lists the modules of one side with more than `SMALL_LINES` lines of code."""
    folder = SOURCES[side]
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*.py"))
        if path.name != "__init__.py" and code_lines(path) > SMALL_LINES
    ]


@pytest.mark.parametrize("side", SOURCES)
def test_every_larger_module_has_a_test_of_its_name(side: str) -> None:
    """tests/unit mirrors the packages; exceptions stand in the list above."""
    missing = [
        f"{side}/{module}"
        for module in modules(side)
        if f"{side}/{module}" not in COVERED_BY
        and not (ROOT / "tests/unit" / side / module)
        .with_name(f"test_{Path(module).name}")
        .exists()
    ]
    assert not missing


@pytest.mark.parametrize("module", COVERED_BY)
def test_an_exception_is_still_one(module: str) -> None:
    """The module exists, has no test file of its name, and the named file exists."""
    side, _, rest = module.partition("/")
    assert (SOURCES[side] / rest).exists()
    assert not (ROOT / "tests/unit" / side / rest).with_name(f"test_{Path(rest).name}").exists()
    assert (ROOT / "tests" / COVERED_BY[module]).exists()
