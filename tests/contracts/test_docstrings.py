"""Docstrings are plain: a statement, not a question in disguise, and not too long."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("daemon", "training", "tests", "deploy")
LONGEST = 90
QUESTION_WORDS = re.compile(r"(What|Whether|Who|Whoever|When|Where|How|Why|Which)\b")

Definition = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def definitions(folder: str) -> Iterator[tuple[str, Definition]]:
    """Yields every module, class and function of a folder that has a docstring, and its place."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, Definition) and ast.get_docstring(node):
                yield f"{name}:{getattr(node, 'lineno', 1)}", node


def first_line(node: Definition) -> str:
    """Returns the first line of a docstring."""
    return (ast.get_docstring(node) or "").splitlines()[0]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_first_line_begins_with_a_question_word(folder: str) -> None:
    """`Returns the path of the outbox.`, where it was `Where the outbox lies.`."""
    found = [
        f"{place} {first_line(node)}"
        for place, node in definitions(folder)
        if QUESTION_WORDS.match(first_line(node))
    ]
    assert not found


@pytest.mark.parametrize("folder", ["daemon", "training"])
def test_no_first_line_is_too_long(folder: str) -> None:
    """A first line of at most 90 characters is read at once, in every tool that lists it."""
    found = [
        f"{place} {first_line(node)}"
        for place, node in definitions(folder)
        if len(first_line(node)) > LONGEST
    ]
    assert not found


@pytest.mark.parametrize("folder", ["daemon", "training"])
def test_no_docstring_asks_a_question(folder: str) -> None:
    """A reader comes for answers."""
    found = [
        f"{place} {first_line(node)}"
        for place, node in definitions(folder)
        if first_line(node).endswith("?")
    ]
    assert not found
