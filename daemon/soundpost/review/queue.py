"""The order in which events are reviewed."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Literal, get_args

from soundpost.review.event import ReviewedEvent

Order = Literal["uncertain", "score", "time", "random"]
ORDERS: tuple[Order, ...] = get_args(Order)


def in_order(events: Sequence[ReviewedEvent], order: Order, seed: int = 0) -> list[ReviewedEvent]:
    """Returns events in an order; equal ones in the order of their ids.

    - `uncertain`: those nearest to their threshold first (uncertainty sampling: Lewis and Gale,
      "A sequential algorithm for training text classifiers", SIGIR 1994).
    - `score`: the highest scores first.
    - `time`: by onset; those of unknown time last, by file and position.
    - `random`: by a hash of the seed and the id. The figures of a part of such a queue hold for
      all of it, and events that are added later change no order among the others.

    Args:
        events: The events.
        order: The order.
        seed: Of the random order.
    """
    keys: dict[Order, Callable[[ReviewedEvent], tuple[object, ...]]] = {
        "uncertain": lambda event: (event.event.margin,),
        "score": lambda event: (-event.event.score,),
        "time": _time_key,
        "random": lambda event: (random_key(seed, event.event.id),),
    }
    key = keys[order]
    return sorted(events, key=lambda event: (*key(event), event.event.id))


def _time_key(reviewed: ReviewedEvent) -> tuple[object, ...]:
    event = reviewed.event
    onset = event.onset_utc_ms
    return (onset is None, onset or 0, event.place.file, event.place.begin_seconds)


def random_key(seed: int, event_id: str) -> bytes:
    """Returns the key of an event in the random order of a seed."""
    return hashlib.sha256(f"{seed}:{event_id}".encode(errors="surrogatepass")).digest()
