"""Builds what the page has of sounds: clips, their review, their export."""

import logging
from collections.abc import Mapping
from pathlib import Path

from starlette.routing import BaseRoute

from soundpost.errors import ReviewError
from soundpost.review import default_store_path
from soundpost.system.log_once import LogOnce
from soundpost_web.clips.cache import ClipCache
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.clips.folders import ClipFolders
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.review.desk import ReviewDesk
from soundpost_web.review.export import ExportJob
from soundpost_web.review.fetch_ahead import FetchAhead
from soundpost_web.review.fetch_failures import FetchFailures
from soundpost_web.review.importer import ClipImporter
from soundpost_web.review.verdicts_for_node import VerdictsForNode
from soundpost_web.server.answers import Answers
from soundpost_web.server.clips.clip_page import ClipPage
from soundpost_web.server.clips.clip_views import ClipRequests, ClipViews
from soundpost_web.server.commands.sender import CommandSender
from soundpost_web.server.commands.teach_page import TeachPage
from soundpost_web.server.commands.teach_views import Reviewed, TeachViews
from soundpost_web.server.review.export_views import ExportViews
from soundpost_web.server.review.review_page import ReviewPage
from soundpost_web.server.review.review_views import ReviewViews
from soundpost_web.settings import WebSettings
from soundpost_web.settings.zones import Zones
from soundpost_web.subscribe.subscriber import Subscriber

_log = logging.getLogger("soundpost.web")


class Sounds:
    """The parts of clips and review; nothing is opened before it is used.

    Args:
        settings: The configuration.
        folder: The folder of the page's state.
        history: The history.
        zones: The zones of nodes.
        text: The texts.
    """

    def __init__(
        self, settings: WebSettings, folder: Path, history: Path, zones: Zones, text: Catalogue
    ) -> None:
        cache = ClipCache(folder / "clips", settings.clips.megabytes)
        cache.remove_parts()
        own = settings.clips.folder
        by_node = {node: Path(path) for node, path in settings.clip_folders.items()}
        self._folders = ClipFolders(Path(own) if own else None, by_node, cache)
        self._fetcher = ClipFetcher(cache) if settings.clips.fetch else None
        self._history = history
        self._teach_page = TeachPage(self._folders, history, zones, text)
        self._clip_page = ClipPage(self._folders, self._fetcher, history, zones, text)
        store = Path(settings.review.store) if settings.review.store else default_store_path()
        self._desk = ReviewDesk(store, self._folders)
        self._verdicts = VerdictsForNode(store)
        importer = ClipImporter(store, self._folders)
        self._review_page = ReviewPage(self._desk, importer, zones, text)
        self._job = ExportJob(store, folder / "export")
        self._failure = LogOnce(_log)

    def routes(
        self,
        subscriber: Subscriber,
        answers: Answers,
        state: LiveState,
        sender: CommandSender | None,
    ) -> list[BaseRoute]:
        """Returns the routes of clips, review and teaching; has requested clips received.

        Args:
            subscriber: Receives messages.
            answers: Makes answers.
            state: The state of the nodes.
            sender: Sends commands; None if the page sends none.
        """
        routes = ClipViews(self._clip_page, self._folders, answers).routes
        if self._fetcher is not None:
            subscriber.receive_clips(self._fetcher)
            routes += ClipRequests(self._fetcher, state, answers).routes
            self._review_page.ahead = FetchAhead(
                *(self._history, self._desk, self._folders),
                *(self._fetcher, state, FetchFailures()),
            )
        review = ReviewViews(self._review_page, self._desk, answers)
        review.can_teach = sender is not None
        routes += review.routes
        if sender is not None:
            reviewed = Reviewed(self._desk, self._verdicts)
            routes += TeachViews(self._teach_page, reviewed, sender, answers).routes
        return routes + ExportViews(self._job, answers).routes

    def verdict_texts(self, event_ids: list[str]) -> Mapping[str, str]:
        """Returns the verdicts on events in words, by their ids; none while they cannot be read."""
        try:
            found = self._review_page.verdict_texts(event_ids)
        except ReviewError as error:
            self._failure.fail("verdicts are not shown: %s (%s)", error, error.hint)
            return {}
        self._failure.recover("verdicts are shown again")
        return found

    def close(self) -> None:
        """Ends an export that is running."""
        self._job.close()
