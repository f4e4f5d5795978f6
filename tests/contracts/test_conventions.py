"""Conventions of the project that no linter checks."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("daemon", "deploy", "docs", "models", "systemd", "tests", "training")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
LINE_LIMIT = 200
TEST_LINE_LIMIT = 300  # a list of cases grows where a function must not
MOST_MODULES = 12
LARGEST_BYTES = 1 << 20
LONGER_FOR_A_REASON = {
    "tests/unit/daemon/gate/test_gate.py": "all rules of the gate, with the same sample triggers",
}


def python_files(*folders: str) -> list[Path]:
    """Returns the Python files of some folders."""
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert files
    return files


def name(path: Path) -> str:
    """Returns the path relative to the repository."""
    return path.relative_to(ROOT).as_posix()


SOURCES = python_files("daemon", "training")
ALL_PYTHON = python_files("daemon", "training", "tests", "deploy")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_top_level_folder_is_no_package(folder: str) -> None:
    """An __init__.py there would shadow an installed package of that name."""
    assert not (ROOT / folder / "__init__.py").exists()


def test_no_file_has_a_vague_name() -> None:
    """A file name states its topic; "utils" does not."""
    assert not [name(path) for path in ALL_PYTHON if VAGUE_NAMES & set(path.stem.split("_"))]


def test_no_package_has_more_than_twelve_modules() -> None:
    """A folder with more is two packages."""
    modules = Counter(
        name(path.parent) for path in SOURCES if path.name not in {"__init__.py", "__main__.py"}
    )
    assert not {folder: count for folder, count in modules.items() if count > MOST_MODULES}


def test_no_file_is_long_without_a_listed_reason() -> None:
    """A longer file has more than one task, or a reason in the list."""
    tests = set(python_files("tests"))
    long = {
        name(path)
        for path in ALL_PYTHON
        if _line_count(path) > (TEST_LINE_LIMIT if path in tests else LINE_LIMIT)
    }
    assert long == set(LONGER_FOR_A_REASON)


def test_only_the_app_package_may_catch_everything() -> None:
    """A bug must be a traceback. Cleaning up and raising again is allowed."""
    caught = [
        f"{name(path)}:{node.lineno}"
        for path in SOURCES
        if not name(path).startswith("daemon/soundpost/app/")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    ]
    assert not caught


def test_only_the_interpreter_is_imported_by_name() -> None:
    """The import contracts cannot see an import by name."""
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
    """Rule and reason are on the same line."""
    silent = [
        f"{name(path)}:{number}"
        for path in ALL_PYTHON
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if path != Path(__file__) and comment in line and not re.search(accepted, line)
    ]
    assert not silent


def test_every_rule_that_ruff_ignores_has_its_reason() -> None:
    """The reason is on the line of the rule in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text()
    ruff = text[text.index("[tool.ruff.lint]") : text.index("[tool.mypy]")]
    lines = re.findall(r"^.*\"[A-Z]+\d*\".*$", ruff, re.MULTILINE)
    unexplained = [line for line in lines if "ALL" not in line and not re.search(r"# \S+", line)]
    assert len(lines) > len(tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"])
    assert not unexplained


def test_ci_runs_make_test_only() -> None:
    """The checks of CI are available with one command."""
    script = ROOT / ".ci" / "run"
    commands = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]
    assert script.stat().st_mode & 0o111


def test_the_pre_commit_hooks_are_those_of_make_lint() -> None:
    """Both run the same commands."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    hooked = re.findall(r"entry: make --no-print-directory (\S+)", hooks)
    lint = next(
        line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("lint:")
    )
    assert hooked == lint.partition("##")[0].split()[1:]


def test_make_without_a_target_lists_the_targets() -> None:
    """It builds nothing."""
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    offered = re.findall(r"^  make (\S+)", answer.stdout, re.MULTILINE)
    assert {"run", "test", "lint", "bench", "clean", "help"} <= set(offered)


def test_no_large_file_and_no_package_is_tracked() -> None:
    """A model has half a megabyte; what pip downloads does not belong here."""
    answer = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    tracked = [ROOT / path for path in answer.stdout.split("\0") if path]
    assert ROOT / "pyproject.toml" in tracked
    present = [path for path in tracked if path.is_file()]
    large = [name(path) for path in present if path.stat().st_size > LARGEST_BYTES]
    packages = [name(path) for path in present if path.suffix in {".whl", ".deb"}]
    assert (large, packages) == ([], [])


def _line_count(path: Path) -> int:
    return len(path.read_text().splitlines())


def _catches_everything(handler: ast.ExceptHandler) -> bool:
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
