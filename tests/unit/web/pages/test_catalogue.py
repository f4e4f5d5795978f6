"""The texts of the page."""

import re
from pathlib import Path

import pytest

from soundpost.health import Problem
from soundpost.messages.result import CommandStatus
from soundpost.review import Verdict
from soundpost.review.queue import ORDERS
from soundpost_web.clips.fetch_state import FetchStatus
from soundpost_web.history.filters import STATES
from soundpost_web.nodes.topics import CLIP, LEAVES
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.history_form import PERIODS
from soundpost_web.review.elsewhere import Elsewhere
from soundpost_web.review.export import ExportStatus
from soundpost_web.review.form import VERDICTS
from soundpost_web.server.commands.teach_form import USES

BUILT = {"about", "analyze", "node", "event", "error", "page"}
"""Tables whose names are put together from a part that is quoted somewhere."""
PACKAGE = Path(__file__).resolve().parents[4] / "daemon" / "soundpost_web"


@pytest.fixture
def text() -> Catalogue:
    """Provides the English texts."""
    return Catalogue()


def test_every_text_of_a_template_exists(text: Catalogue) -> None:
    """A missing one would be an error when the page is opened."""
    for template in (PACKAGE / "pages" / "templates").iterdir():
        content = template.read_text(encoding="utf-8")
        named = re.findall(r"""t\(["']([a-z_]+\.[a-z_]*[a-z])["']""", content)
        assert set(named) <= text.names, template.name


def test_every_text_is_used(text: Catalogue) -> None:
    """By its name, or by a name that is put together."""
    sources = [*PACKAGE.rglob("*.py"), *(PACKAGE / "pages" / "templates").iterdir()]
    quoted = set(
        re.findall(r"""["']([a-z_.]+)["']""", "".join(path.read_text("utf-8") for path in sources))
    )
    built = {f"problem.{problem}" for problem in Problem}
    built |= {f"history.state_{state}" for state in STATES}
    built |= {f"history.{period}" for period in PERIODS}
    built |= {f"about.rejected_{reason}" for reason in (*LEAVES, CLIP, "topic", "nodes")}
    built |= {f"clip.{status}" for status in FetchStatus}
    built |= {f"export.{status}" for status in ExportStatus}
    built |= {f"review.choice_{verdict}" for verdict in VERDICTS}
    built |= {f"review.is_{verdict}" for verdict in Verdict}
    built |= {f"review.order_{order}" for order in ORDERS}
    built |= {f"review.elsewhere_{reason}" for reason in Elsewhere}
    built |= {f"teach.use_{use}" for use in USES}
    built |= {f"teach.state_{state}" for state in (*CommandStatus, "unknown")}
    parts = {name for name in text.names if name.partition(".")[0] in BUILT}
    built |= {name for name in parts if name.partition(".")[2] in quoted}
    assert text.names - quoted - built == set()


def test_each_problem_of_a_node_has_its_words(text: Catalogue) -> None:
    """A later version may have more, which are shown as they are."""
    assert {f"problem.{problem}" for problem in Problem} <= text.names
    assert text.get("problem.haunted", "haunted") == "haunted"


def test_a_text_takes_its_values(text: Catalogue) -> None:
    """A value that is missing is an error, never a hole."""
    assert text("history.found", count=3) == "3 events"
    with pytest.raises(KeyError):
        text("history.found")
