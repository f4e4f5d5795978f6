"""The handlers of the pages."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from soundpost.system.log_once import LogOnce
from soundpost_web.access.roles import Role
from soundpost_web.live.feed import Feed
from soundpost_web.live.stream import send_stream
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.about_page import AboutPage
from soundpost_web.pages.history_form import WrongValueError
from soundpost_web.pages.history_page import HistoryPages
from soundpost_web.pages.live_page import LivePage
from soundpost_web.server.answers import Answers
from soundpost_web.server.guard import Receive, Scope, Send

_log = logging.getLogger("soundpost.web")


@dataclass(frozen=True, slots=True)
class Pages:
    """The parts that the handlers show.

    Attributes:
        state: The state of the nodes.
        live: The live page.
        history: The pages of the history.
        about: The page about the page.
        feed: The viewers of the live page.
    """

    state: LiveState
    live: LivePage
    history: HistoryPages
    about: AboutPage
    feed: Feed


class Views:
    """The handlers of requests that only read.

    Args:
        pages: What they show.
        answers: Makes answers.
        has_commands: True if an admin may send commands.
    """

    def __init__(self, pages: Pages, answers: Answers, *, has_commands: bool) -> None:
        self._pages = pages
        self._has_commands = has_commands
        self._answers = answers
        self._failure = LogOnce(_log)

    async def live(self, request: Request) -> Response:
        """Returns the live page."""
        return self._answers.page(request.scope, "live.html", self._pages.live.values(), "live")

    async def node(self, request: Request) -> Response:
        """Returns the page of a node."""
        name = request.query_params.get("name", "")[:200]
        live = self._pages.live
        view = live.node(name)
        muted = [] if view is None else live.muted(view)
        results = [] if view is None else live.results(view)
        status = 404 if view is None else 200
        return self._answers.page(
            request.scope,
            "node_page.html",
            {
                "name": name,
                "view": view,
                "muted": muted,
                "results": results,
                "has_commands": self._has_commands,
                "may_command": self._may_command(request),
            },
            status=status,
        )

    def _may_command(self, request: Request) -> bool:
        return self._has_commands and request.scope["state"]["visitor"].role >= Role.ADMIN

    async def history(self, request: Request) -> Response:
        """Returns the list of events."""
        running = self._pages.state.running
        query = partial(self._pages.history.events, request.query_params, running)
        return await self._queried(request, "history.html", "history", query)

    async def hours(self, request: Request) -> Response:
        """Returns the heat map of labels by hours of the day."""
        query = partial(self._pages.history.hours, request.query_params)
        return await self._queried(request, "hours.html", "hours", query)

    async def label(self, request: Request) -> Response:
        """Returns the page of a label."""
        query = partial(self._pages.history.label, request.query_params)
        return await self._queried(request, "label.html", "", query)

    async def about(self, request: Request) -> Response:
        """Returns the page about the page."""
        query = partial(self._pages.about.values, self._pages.feed)
        return await self._queried(request, "about.html", "about", query)

    async def _queried(
        self,
        request: Request,
        template: str,
        here: str,
        query: Callable[[], dict[str, object]],
    ) -> Response:
        """Returns a page of the history; the query runs beside the event loop."""
        try:
            values = await run_in_threadpool(query)
        except WrongValueError as error:
            return self._answers.error(request.scope, 400, "history.wrong", reason=error)
        except sqlite3.Error as error:
            self._failure.fail("the history cannot be read: %s", error)
            return self._answers.error(request.scope, 503, "history.unreadable")
        self._failure.recover("the history is read again")
        return self._answers.page(request.scope, template, values, here)


class LiveStream:
    """The stream of the live page, as an application of its own (ASGI).

    Args:
        feed: The viewers.
        answers: Makes answers.
    """

    def __init__(self, feed: Feed, answers: Answers) -> None:
        self._feed = feed
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends changes until the viewer leaves."""
        if scope["method"] != "GET":
            await self._answers.error(scope, 405, "error.method")(scope, receive, send)
            return
        viewer = self._feed.join()
        if viewer is None:
            await self._answers.error(scope, 503, "error.busy")(scope, receive, send)
            return
        await send_stream(self._feed, viewer, receive, send)
