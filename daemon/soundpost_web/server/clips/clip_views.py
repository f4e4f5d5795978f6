"""The handlers of clips."""

import logging
import sqlite3
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from soundpost.evidence.store.clip_file import is_clip_file
from soundpost.system.log_once import LogOnce
from soundpost_web.access.roles import Role, Visitor
from soundpost_web.clips.fetch import ClipFetcher
from soundpost_web.clips.folders import MEDIA_TYPES, ClipFolders, clip_stem
from soundpost_web.nodes.state import LiveState
from soundpost_web.nodes.topics import is_node_name
from soundpost_web.pages.render import query
from soundpost_web.server.account import read_form
from soundpost_web.server.answers import Answers
from soundpost_web.server.clips.clip_page import ClipId, ClipPage
from soundpost_web.server.clips.file_answer import FileAnswer

_log = logging.getLogger("soundpost.web")


class ClipViews:
    """The page of a clip, and its files: for everyone who may see the page.

    Args:
        page: Collects what the page shows.
        folders: The folders of clips.
        answers: Makes answers.
    """

    def __init__(self, page: ClipPage, folders: ClipFolders, answers: Answers) -> None:
        self._page = page
        self._folders = folders
        self._answers = answers
        self._failure = LogOnce(_log)

    async def clip(self, request: Request) -> Response:
        """Returns the page of a clip."""
        clip = read_clip_id(request.query_params)
        if clip is None:
            return self._answers.error(request.scope, 404, "error.not_found")
        try:
            values = await run_in_threadpool(self._page.values, clip)
        except sqlite3.Error as error:
            self._failure.fail("the history cannot be read: %s", error)
            return self._answers.error(request.scope, 503, "history.unreadable")
        self._failure.recover("the history is read again")
        visitor: Visitor = request.scope["state"]["visitor"]
        may_fetch = values["can_fetch"] and visitor.role >= Role.ADMIN
        return self._answers.page(request.scope, "clip.html", {**values, "may_fetch": may_fetch})

    async def progress(self, request: Request) -> Response:
        """Returns the state of a request for a clip, as JSON."""
        clip = read_clip_id(request.query_params)
        if clip is None:
            return self._answers.error(request.scope, 404, "error.not_found")
        return JSONResponse(self._page.progress(clip))

    async def file(self, request: Request) -> Response:
        """Returns a file of a clip, or the range of it that is requested."""
        node, name = request.query_params.get("node", ""), request.query_params.get("name", "")
        if not is_node_name(node) or not is_clip_file(name):
            return self._answers.error(request.scope, 404, "error.not_found")
        try:
            file = await run_in_threadpool(self._folders.open, node, name)
        except OSError:
            return self._answers.error(request.scope, 404, "clip.gone")
        media_type = MEDIA_TYPES[f".{name.partition('.')[2]}"]
        is_download = bool(request.query_params.get("download"))
        range_header = request.headers.get("range", "")
        return FileAnswer(file, range_header, media_type, name if is_download else "")

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of these handlers."""
        return [
            Route("/clip", self.clip),
            Route("/clip/file", self.file),
            Route("/clip/progress", self.progress),
        ]


class ClipRequests:
    """The handler of the form that requests a clip from its node: for an admin.

    Args:
        fetcher: Requests clips.
        state: The state of the nodes.
        answers: Makes answers.
    """

    def __init__(self, fetcher: ClipFetcher, state: LiveState, answers: Answers) -> None:
        self._fetcher = fetcher
        self._state = state
        self._answers = answers

    async def fetch(self, request: Request) -> Response:
        """Requests a clip, and leads back to its page."""
        visitor: Visitor = request.scope["state"]["visitor"]
        fields = await read_form(request)
        if refusal := self._answers.admin_refusal(request.scope, fields):
            return refusal
        clip = read_clip_id(fields)
        if clip is None or self._state.node(clip.node) is None:
            return self._answers.error(request.scope, 404, "error.not_found")
        if not self._state.broker.is_connected or not self._fetcher.request(*clip):
            return self._answers.error(request.scope, 503, "error.not_sent")
        _log.info("%s requests the clip %s of %s", visitor.name, clip.stem, clip.node)
        name = fields["name"]
        return RedirectResponse(f"/clip?{query(node=clip.node, name=name)}", 303)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of this handler."""
        return [Route("/clip/fetch", self.fetch, methods=["POST"])]


def read_clip_id(values: Mapping[str, str]) -> ClipId | None:
    """Returns the clip that an address or a form names; None if no node has one of such a name."""
    node, stem = values.get("node", ""), clip_stem(values.get("name", ""))
    return ClipId(node, stem) if stem is not None and is_node_name(node) else None
