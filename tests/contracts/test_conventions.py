"""The house rules that no linter knows."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("daemon", "deploy", "docs", "models", "systemd", "tests", "training")
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
LINE_LIMIT = 200
TEST_LINE_LIMIT = 300  # a list of cases grows where a function must not
LONGER_FOR_A_REASON = {
    "daemon/soundpost/publish/connection.py": "the only file that imports paho",
    "daemon/soundpost/evidence/store/clip_store.py": "imports grew with the names of packages",
    "tests/unit/daemon/evidence/store/test_retention.py": "the same",
    "tests/unit/daemon/gate/test_gate.py": "every rule of the gate, on the same made-up triggers",
}


def python_files(*rooms: str) -> list[Path]:
    """The Python files of some rooms."""
    files = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    assert files
    return files


def name(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


SOURCES = python_files("daemon", "training")
ALL_PYTHON = python_files("daemon", "training", "tests", "deploy")


@pytest.mark.parametrize("room", ROOMS)
def test_a_top_level_room_is_no_package(room: str) -> None:
    """An __init__.py there would shadow an installed package of that name."""
    assert not (ROOT / room / "__init__.py").exists()


def test_there_is_no_drawer() -> None:
    """A file says what it does; "utils" says only that nobody asked."""
    assert not [name(path) for path in ALL_PYTHON if DRAWERS & set(path.stem.split("_"))]


def test_no_file_is_long_without_a_listed_reason() -> None:
    """Above 200 lines a file answers more than one question, or says here why it does not."""
    tests = set(python_files("tests"))
    long = {
        name(path)
        for path in ALL_PYTHON
        if _line_count(path) > (TEST_LINE_LIMIT if path in tests else LINE_LIMIT)
    }
    assert long == set(LONGER_FOR_A_REASON)


def test_nothing_but_the_composition_root_may_swallow_everything() -> None:
    """A bug is a traceback; only app.py may stand between it and the outside.

    To put things in order and raise the same again is no swallowing.
    """
    caught = [
        f"{name(path)}:{node.lineno}"
        for path in SOURCES
        if not name(path).startswith("daemon/soundpost/app/")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _swallows_everything(node)
    ]
    assert not caught


def test_only_the_interpreter_is_imported_by_name() -> None:
    """An import by name is one that the import contracts cannot see."""
    by_name = {
        name(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
        and getattr(node, "attr", getattr(node, "id", "")) in {"import_module", "__import__"}
    }
    assert by_name == {"daemon/soundpost/classify/interpreter.py"}


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        (r"noqa", r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)* - \S+"),
        (r"# type: ignore", r"# type: ignore\[[a-z, -]+\]  ?# \S+"),
        (r"# pragma: no cover", r"# pragma: no cover - \S+"),
    ],
)
def test_a_check_is_silenced_by_name_and_with_a_reason(comment: str, accepted: str) -> None:
    """Who silences a check says which, and why, on the same line."""
    silent = [
        f"{name(path)}:{number}"
        for path in ALL_PYTHON
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if path != Path(__file__) and comment in line and not re.search(accepted, line)
    ]
    assert not silent


def test_every_rule_that_ruff_ignores_has_its_reason() -> None:
    """In pyproject.toml too, the reason stands on the line."""
    text = (ROOT / "pyproject.toml").read_text()
    ruff = text[text.index("[tool.ruff.lint]") : text.index("[tool.mypy]")]
    lines = re.findall(r"^.*\"[A-Z]+\d*\".*$", ruff, re.MULTILINE)
    unexplained = [line for line in lines if "ALL" not in line and not re.search(r"# \S+", line)]
    assert len(lines) > len(tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"])
    assert not unexplained


def test_ci_makes_the_tests_and_nothing_else() -> None:
    """What CI does, anybody does with one command."""
    script = ROOT / ".ci" / "run"
    commands = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]
    assert script.stat().st_mode & 0o111


def test_a_commit_is_checked_by_what_make_lint_runs() -> None:
    """The pre-commit hooks and `make lint` are the same commands."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    hooked = re.findall(r"entry: make --no-print-directory (\S+)", hooks)
    lint = next(
        line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("lint:")
    )
    assert hooked == lint.partition("##")[0].split()[1:]


def test_make_alone_says_what_can_be_made() -> None:
    """A newcomer who types `make` is told the commands, and nothing is done."""
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    offered = re.findall(r"^  make (\S+)", answer.stdout, re.MULTILINE)
    assert {"run", "test", "lint", "bench", "clean", "help"} <= set(offered)


def _line_count(path: Path) -> int:
    return len(path.read_text().splitlines())


def _swallows_everything(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    return handler.type is None or any(
        caught in {"Exception", "BaseException"} for caught in _names(handler.type)
    )


def _names(node: ast.expr) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Attribute):
            yield inner.attr
