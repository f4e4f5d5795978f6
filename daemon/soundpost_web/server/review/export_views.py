"""The handlers of the training folder: for an admin."""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from soundpost_web.access.roles import Role, Visitor
from soundpost_web.access.session import Sessions
from soundpost_web.review.export import ExportJob
from soundpost_web.server.account import read_form
from soundpost_web.server.answers import Answers
from soundpost_web.server.clips.file_answer import FileAnswer

_NAME = "soundpost-review.tar"

_log = logging.getLogger("soundpost.web")


class ExportViews:
    """Starts an export, and sends its archive.

    Args:
        job: The export.
        sessions: The sessions, to which forms are bound.
        answers: Makes answers.
    """

    def __init__(self, job: ExportJob, sessions: Sessions, answers: Answers) -> None:
        self._job = job
        self._sessions = sessions
        self._answers = answers

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of these handlers."""
        return [
            Route("/review/export", self.show, methods=["GET"]),
            Route("/review/export", self.start, methods=["POST"]),
            Route("/review/export/file", self.file),
        ]

    async def show(self, request: Request) -> Response:
        """Returns the page of the export."""
        visitor: Visitor = request.scope["state"]["visitor"]
        if visitor.role < Role.ADMIN:
            return self._answers.error(request.scope, 403, "error.forbidden")
        state = self._job.state
        values = {
            "status": state.status.value,
            "printed": state.message,
            "size": f"{state.size_bytes / 1e6:.1f}",
        }
        return self._answers.page(request.scope, "export.html", values, "review")

    async def start(self, request: Request) -> Response:
        """Starts an export, unless one is running."""
        visitor: Visitor = request.scope["state"]["visitor"]
        fields = await read_form(request)
        if visitor.role < Role.ADMIN:
            return self._answers.error(request.scope, 403, "error.forbidden")
        if not self._sessions.is_form_token(visitor.session, fields.get("token", "")):
            return self._answers.error(request.scope, 403, "error.form")
        if self._job.start():
            _log.info("%s exports the verdicts", visitor.name)
        return RedirectResponse("/review/export", 303)

    async def file(self, request: Request) -> Response:
        """Returns the archive."""
        visitor: Visitor = request.scope["state"]["visitor"]
        if visitor.role < Role.ADMIN:
            return self._answers.error(request.scope, 403, "error.forbidden")
        try:
            file = await run_in_threadpool(self._job.open_archive)
        except OSError:
            return self._answers.error(request.scope, 404, "error.not_found")
        return FileAnswer(file, request.headers.get("range", ""), "application/x-tar", _NAME)
