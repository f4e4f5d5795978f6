"""The HTML of a report: hostile texts, bounds, and what it states."""

import html
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from archive_parts import event, part
from archive_rows import HOSTILE

from soundpost.archive.clips import ClipPlan, ClipSettings
from soundpost.archive.part import Part
from soundpost.archive.report.counts import Counts
from soundpost.archive.report.page import (
    MOST_CLIPS,
    MOST_LABELS,
    Page,
    check_jinja,
    render,
)
from soundpost.archive.report.timeline import Timeline, lanes_of
from soundpost.archive.report.totals import MOST_NAMED, Totals
from soundpost.classify.bundle import load_bundle
from soundpost.classify.find import find_bundle
from soundpost.config import Config
from soundpost.errors import ConfigError

pytest.importorskip("jinja2", reason="Jinja2 is in the extra `analyze`")

MANIFEST = load_bundle(find_bundle("everyday")).manifest
MARKUP = [*HOSTILE, "</title><script>x()</script>", '" onload="x()', "&lt;b&gt;", "{{ 7 * 7 }}"]
SETTINGS = {"soundpost": "0.3.0", "timezone": "UTC", "place": "52.5, 13.4"}
LARGEST_PAGE_BYTES = 3_000_000


class Elements(HTMLParser):
    """Collects the elements and attributes of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects an element."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Collects text."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature is the parser's
        """Parts the texts of two elements."""
        self.text += " "


def page_of(parts: Sequence[Part], **changes: object) -> Page:
    """Returns the page of some recordings, with a clip of every event and a timeline of each."""
    totals = Totals()
    for each in parts:
        totals.add(each)
    counts = Counts(totals, None)
    clip_settings = ClipSettings.of(Config(), 16_000)
    clips: dict[tuple[str, str], list[ClipPlan]] = {}
    for each in parts:
        counts.add(each)
        for row in each.rows:
            plan = ClipPlan.of(row, each.seconds, clip_settings)
            clips.setdefault((row.label, row.model_id), []).append(plan)
    timelines = [Timeline(each, "", "", lanes_of(each), 0, len(each.rows)) for each in parts[:12]]
    page = Page(
        totals=totals,
        counts=counts,
        timelines=timelines,
        clips=clips,
        clips_per_label=1,
        failures={},
        problems={},
        highest_hz=7_500.0,
        zone="UTC",
        settings=SETTINGS,
        manifests=[MANIFEST],
    )
    return replace(page, **changes)  # type: ignore[arg-type]  # the test names the fields


def elements_of(page: Page) -> Elements:
    """Returns the elements of a page."""
    elements = Elements()
    elements.feed(render(page))
    return elements


def test_no_text_from_outside_makes_an_element() -> None:
    """Names of files, of labels, of models, and reasons are text, whatever they are."""
    plain = elements_of(page_of([part(rows=[event()])], failures={"a": "b"}, problems={"a": "b"}))
    parts = [
        part(
            f"{text}.wav",
            [event(text, common_name=text, scientific_name=text, model_id=text)],
            damage=text,
        )
        for text in MARKUP
    ]
    training = replace_training(licence=MARKUP[-2], attribution=MARKUP[0], data=MARKUP[1])
    hostile = page_of(
        parts,
        failures={text: text for text in MARKUP},
        problems={text: text for text in MARKUP},
        settings={**SETTINGS, "model <i>": "<script>"},
        manifests=[training],
    )
    elements = elements_of(hostile)
    assert elements.tags - {"i", "small"} == plain.tags - {"i", "small"}
    assert elements.attributes == plain.attributes
    for text in ("</title><script>x()</script>", '" onload="x()', "&lt;b&gt;", "{{ 7 * 7 }}"):
        assert text in elements.text


def replace_training(**changes: str) -> object:
    """Returns the manifest with another origin."""
    from msgspec.structs import replace as replace_fields  # noqa: PLC0415 - of another kind

    return replace_fields(MANIFEST, training=replace_fields(MANIFEST.training, **changes))


def test_invisible_characters_become_escapes() -> None:
    """A mark that turns the direction of writing could make one name look like another."""
    text = elements_of(page_of([part("a\u202eb\udce4.wav", [event()])])).text
    assert "a\\u202eb\\xe4.wav" in text


def test_the_page_states_what_was_analyzed() -> None:
    """Recordings, hours, reasons, models with their licences, settings, thresholds."""
    parts = [
        part("a.wav", [event("owl", 0.91, threshold=0.61)], seconds=5_400.0),
        part("b.wav", [event("dog")], utc_ns=None, time_flags=("no_time",)),
    ]
    page = page_of(parts, failures={"c.wav": "is empty"}, zone="Europe/Berlin")
    text = " ".join(elements_of(page).text.split())
    assert "2 recordings, 1.52 hours" in text
    assert "1 recording, 0.02 hours, 1 event: they are in the totals" in text
    assert "(no_time: 1)" in text
    assert "c.wav is empty" in text
    assert "owl 1 1 0.0 0.91 0.61 0" in text
    assert "in Europe/Berlin" in text
    assert f"{MANIFEST.id} {MANIFEST.version}" in text
    assert MANIFEST.training.licence in text
    assert MANIFEST.model.sha256 in text


def test_recorded_seconds_are_not_written_as_no_hours() -> None:
    """Beside the events that they have, in the tables over days and hours."""
    text = elements_of(page_of([part(rows=[event()], seconds=40.0)])).text
    assert len(re.findall("Hours recorded +<0.1", text)) == 2


def test_settings_that_may_be_private_are_not_stated() -> None:
    """A page is passed on; the place of a recorder is no part of it."""
    text = elements_of(page_of([part(rows=[event()])])).text
    assert "timezone" in text
    assert "52.5" not in text


def test_a_page_of_very_many_is_bounded() -> None:
    """100 labels more than it shows, in more recordings than it names, over two years."""
    day_ns = 86_400 * 1_000_000_000
    labels = [f"label_{number:04}" for number in range(MOST_LABELS + 100)]
    parts = [
        part(
            f"{'night/' * 20}{day:04}.wav",
            [event(label, begin=0.01 * at) for at, label in enumerate(labels)],
            utc_ns=part().utc_ns + day * day_ns,  # type: ignore[operator]  # it is known
            damage="is cut short",
        )
        for day in range(40)
    ]
    failures = {f"{'night/' * 20}{number}.wav": "is empty" for number in range(MOST_NAMED * 5)}
    text = render(page_of(parts, failures=failures))
    assert len(text.encode()) < LARGEST_PAGE_BYTES
    assert text.count("<audio") == MOST_CLIPS
    assert f"{MOST_CLIPS} of 12,000 are shown, of the labels with the most events." in text
    assert text.count("is empty") == MOST_NAMED
    assert f"the first {MOST_NAMED} of 1,000" in text
    assert "The 200 labels with the most events, of 300" in text
    assert "Other labels" in text


def test_an_archive_without_events_has_a_page() -> None:
    """It was analyzed, and nothing was found."""
    text = elements_of(page_of([part()], timelines=[])).text
    assert "There are no events." in text
    assert "0 events in 1 recording " in text
    assert "0 events in 0 recordings" in elements_of(page_of([], timelines=[])).text


def test_addresses_lead_to_the_files() -> None:
    """Characters of names that have a meaning in addresses are escaped."""
    text = render(page_of([part("ü#1?.wav", [event("gr\xf6\xdfe")])]))
    (address,) = re.findall(r'<audio [^>]*src="([^"]*)"', text)
    assert re.fullmatch(r"clips/gr%C3%B6%C3%9Fe/0\.500-%C3%BC_1_-[^\"]*\.flac", address)
    assert html.unescape(address) == address


def test_without_jinja_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes before the analysis."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ConfigError, match="Jinja2") as error:
        check_jinja()
    assert "soundpost[analyze]" in error.value.hint
