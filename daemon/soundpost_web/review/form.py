"""The choice and the order of a queue in the address of the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, get_args
from urllib.parse import parse_qsl

from soundpost.review import Selection, Verdict
from soundpost.review.queue import ORDERS, Order
from soundpost.review.store.selection import VerdictChoice

VERDICTS: tuple[VerdictChoice, ...] = ("none", *Verdict, "any")
PAGE_EVENTS = 50
_LONGEST = 200
_LONGEST_QUERY = 4_000
_MOST_FIRST = 10_000_000


Kind = TypeVar("Kind", bound=str)


class WrongReviewError(ValueError):
    """A value that no form of the page sends."""


@dataclass(frozen=True, slots=True)
class ReviewForm:
    """The choice of a queue; the empty text for none.

    Attributes:
        label: A label.
        node: A node.
        score: The lowest score.
        verdict: The verdict that counts for the events.
        order: The order.
        first: The number of events before those that are shown.
        event: The id of the event that is shown first.
    """

    label: str = ""
    node: str = ""
    score: str = ""
    verdict: VerdictChoice = "none"
    order: Order = "uncertain"
    first: int = 0
    event: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The values by their names in an address, without the event."""
        return [
            ("label", self.label),
            ("node", self.node),
            ("score", self.score),
            ("verdict", "" if self.verdict == "none" else str(self.verdict)),
            ("order", "" if self.order == "uncertain" else self.order),
            ("first", str(self.first or "")),
        ]

    def at(self, first: int) -> "ReviewForm":
        """Returns the same choice from another place on."""
        return replace(self, first=max(0, first), event="")

    def selection(self, origins: Sequence[int]) -> Selection:
        """Returns the choice as the store takes it.

        Args:
            origins: The folders that may be shown.
        """
        return Selection(
            origins=origins,
            labels=[self.label] if self.label else (),
            min_score=float(self.score or 0.0),
            verdict=self.verdict,
            nodes=[self.node] if self.node else (),
        )


def read_review_form(values: Mapping[str, str]) -> ReviewForm:
    """Reads the values of an address.

    Raises:
        WrongReviewError: A value is none that the form sends.
    """
    for name in ("label", "node", "event"):
        if len(values.get(name, "")) > _LONGEST:
            raise WrongReviewError(name)
    score, first = values.get("score", ""), values.get("first", "") or "0"
    try:
        is_score = 0.0 <= float(score or 0.0) <= 1.0
    except ValueError:
        is_score = False
    if not is_score:
        raise WrongReviewError("score")
    if not (first.isascii() and first.isdecimal() and int(first[:9]) <= _MOST_FIRST):
        raise WrongReviewError("first")
    return ReviewForm(
        label=values.get("label", ""),
        node=values.get("node", ""),
        score=score,
        verdict=_one_of("verdict", values.get("verdict", "") or "none", VERDICTS),
        order=_one_of("order", values.get("order", "") or "uncertain", get_args(Order)),
        first=int(first[:9]),
        event=values.get("event", ""),
    )


def read_back(text: str) -> ReviewForm:
    """Reads the address of a queue that a form carries; a wrong one is that of the whole queue."""
    try:
        return read_review_form(dict(parse_qsl(text[:_LONGEST_QUERY], max_num_fields=10)))
    except ValueError:
        return ReviewForm()


def orders() -> Sequence[Order]:
    """Returns the orders that are offered."""
    return ORDERS


def _one_of(name: str, value: str, choices: Iterable[Kind]) -> Kind:
    for choice in choices:
        if choice == value:
            return choice
    raise WrongReviewError(name)
