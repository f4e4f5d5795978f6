"""Stores verdicts on events, and makes precision figures and training folders of them."""

from soundpost.review.event import Decision, Place, ReviewedEvent, ReviewEvent, Verdict
from soundpost.review.store.database import default_store_path
from soundpost.review.store.selection import Selection
from soundpost.review.store.store import ReviewStore, open_store

__all__ = [
    "Decision",
    "Place",
    "ReviewEvent",
    "ReviewStore",
    "ReviewedEvent",
    "Selection",
    "Verdict",
    "default_store_path",
    "open_store",
]
