"""The handlers of the training folder: for an admin."""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

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
        answers: Makes answers.
    """

    def __init__(self, job: ExportJob, answers: Answers) -> None:
        self._job = job
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
        if refusal := self._answers.admin_refusal(request.scope):
            return refusal
        state = self._job.state
        values = {
            "status": state.status.value,
            "printed": state.message,
            "size": f"{state.size_bytes / 1e6:.1f}",
        }
        return self._answers.page(request.scope, "export.html", values, "review")

    async def start(self, request: Request) -> Response:
        """Starts an export, unless one is running."""
        fields = await read_form(request)
        if refusal := self._answers.admin_refusal(request.scope, fields):
            return refusal
        if self._job.start():
            _log.info("%s exports the verdicts", request.scope["state"]["visitor"].name)
        return RedirectResponse("/review/export", 303)

    async def file(self, request: Request) -> Response:
        """Returns the archive."""
        if refusal := self._answers.admin_refusal(request.scope):
            return refusal
        try:
            file = await run_in_threadpool(self._job.open_archive)
        except OSError:
            return self._answers.error(request.scope, 404, "error.not_found")
        return FileAnswer(file, request.headers.get("range", ""), "application/x-tar", _NAME)
