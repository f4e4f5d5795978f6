"""The documents agree with the source tree."""

import re
from pathlib import Path

import pytest

from soundpost import cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "training" / "README.md",
    ROOT / "deploy" / "mosquitto" / "README.md",
]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(doc: Path) -> None:
    """A relative link names an existing file or folder, and a heading that it has."""
    links = re.findall(r"\]\((?!https?://)([^)#]*)(?:#([^)]+))?\)", doc.read_text())
    broken = [
        f"{path}#{anchor}"
        for path, anchor in links
        for target in [doc.parent / path if path else doc]
        if not target.exists() or (anchor and anchor not in _anchors(target))
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("section", "folder"),
    [
        ("The packages of the daemon", "daemon/soundpost"),
        ("The packages of the page", "daemon/soundpost_web"),
        ("The packages of the notifier", "daemon/soundpost_notify"),
        ("The packages of training", "training/soundpost_training"),
    ],
)
def test_the_architecture_names_every_package(section: str, folder: str) -> None:
    """Each module and package at the top of an import package has its line in the table."""
    packages = {
        path.stem
        for path in (ROOT / folder).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    text = _read("docs/ARCHITECTURE.md").partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (`[a-z_`, ]+) \|", text, re.MULTILINE)
    named = re.findall(r"`([a-z_]+)`", " ".join(lines))
    assert sorted(named) == sorted(packages - {"__init__", "__main__"})


def test_the_architecture_names_every_file_that_imports_a_foreign_library() -> None:
    """The files are those of the import contracts in pyproject.toml."""
    importers = re.findall(r'"soundpost\.([a-z_.]+) -> [a-z_]+"', _read("pyproject.toml"))
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*)\.py`", _read("docs/ARCHITECTURE.md"))
    assert importers
    assert {importer.replace(".", "/") for importer in importers} <= set(named)


def test_decisions_are_numbered_without_a_gap() -> None:
    """A decision is never removed, only replaced by another."""
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_index_lists_every_decision() -> None:
    """Each decision has one line in docs/adr/README.md, in the order of the numbers."""
    listed = re.findall(r"^\| \[(\d+)\]\((\S+\.md)\) \|", _read("docs/adr/README.md"), re.MULTILINE)
    assert listed == [(str(int(path.name[:4])), path.name) for path in DECISIONS]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_context_decision_and_consequences(decision: Path) -> None:
    """With them it can be reviewed when the context changes."""
    headings = re.findall(r"^## (\w+)", decision.read_text(), re.MULTILINE)
    assert headings[0] == "Context"
    assert "Decision" in headings
    assert headings[-1] == "Consequences"


def test_the_readme_has_exactly_the_commands_of_the_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every command of the table exists, and every command is in the table."""
    table = re.findall(r"^\| `soundpost ([a-z]+)", _read("README.md"), re.MULTILINE)
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    offered = re.findall(r"^    ([a-z]+)  ", capsys.readouterr().out, re.MULTILINE)
    assert len(offered) > 1
    assert table == offered


def test_every_make_target_in_the_documents_exists() -> None:
    """The Makefile has every target that a code block of a document names."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", _read("Makefile"), re.MULTILINE))
    named_targets = {
        target
        for doc in DOCS
        for block in re.findall(r"^```\n(.*?)^```", doc.read_text(), re.DOTALL | re.MULTILINE)
        for target in re.findall(r"^make ([a-z-]+)", block, re.MULTILINE)
    }
    assert {"run", "test"} <= named_targets <= targets


def _anchors(doc: Path) -> set[str]:
    """Returns the anchors that GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", doc.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _read(name: str) -> str:
    return (ROOT / name).read_text()
