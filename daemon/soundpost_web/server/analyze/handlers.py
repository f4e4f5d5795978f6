"""The handlers of analyses."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from soundpost_web.access.roles import AnalyzeRight, Visitor
from soundpost_web.access.session import Sessions
from soundpost_web.analysis.job import Job, JobState
from soundpost_web.analysis.queue import AnalysisQueue, DiskFullError, QueueFullError
from soundpost_web.analysis.result import FILES
from soundpost_web.pages.analyze.analysis_page import AnalysisPage
from soundpost_web.pages.render import query
from soundpost_web.server.account import read_form
from soundpost_web.server.analyze.receive import Body, UploadError, receive_upload
from soundpost_web.server.answers import Answers, Question

PATH = "/analyze"
_SHOWN_INLINE = {"spectrogram.png"}
_PLAYED = "sound.wav"
_READ_TIMES = 2
"""Of what is stored: a browser shows an answer only once it has sent its form."""

Handler = Callable[[Request], Awaitable[Response]]

_log = logging.getLogger("soundpost.web")


class Analyses:
    """The handlers of the pages by which recordings are analyzed.

    Args:
        queue: The queue.
        page: What they show.
        right: The visitors who may.
        sessions: The sessions, to which forms are bound.
        answers: Makes answers.

    Attributes:
        queue: The queue.
    """

    def __init__(
        self,
        queue: AnalysisQueue,
        page: AnalysisPage,
        right: AnalyzeRight,
        sessions: Sessions,
        answers: Answers,
    ) -> None:
        self.queue = queue
        self._page = page
        self._right = right
        self._sessions = sessions
        self._answers = answers

    @property
    def largest_body_bytes(self) -> int:
        """The size of the largest body that is read to its end, so that its sender is answered."""
        return _READ_TIMES * self.queue.limits.upload_bytes

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes."""
        return [
            Route(PATH, self._for_some(self.show), methods=["GET"]),
            Route(PATH, self._for_some(self.upload), methods=["POST"]),
            Route(f"{PATH}/result", self._for_some(self.result), methods=["GET"]),
            Route(f"{PATH}/state", self._for_some(self.state), methods=["GET"]),
            Route(f"{PATH}/file", self._for_some(self.file), methods=["GET"]),
            Route(f"{PATH}/remove", self._for_some(self.remove), methods=["POST"]),
        ]

    def _for_some(self, handler: Handler) -> Handler:
        """Returns a handler that refuses visitors without the right."""

        async def handle(request: Request) -> Response:
            visitor: Visitor = request.scope["state"]["visitor"]
            if not self._right.admits(visitor):
                return self._answers.error(request.scope, 403, "error.forbidden")
            return await handler(request)

        return handle

    async def show(self, request: Request) -> Response:
        """Returns the form."""
        return self._answers.page(request.scope, "analyze.html", self._page.form(), "analyze")

    async def upload(self, request: Request) -> Response:
        """Receives a recording, and leads to its result."""
        visitor: Visitor = request.scope["state"]["visitor"]

        def check(fields: dict[str, str]) -> None:
            if not self._sessions.is_form_token(visitor.session, fields.get("token", "")):
                raise UploadError(403, "error.form")
            job.bundle = fields.get("bundle", "")
            if job.bundle not in self._page.bundles():
                raise UploadError(400, "analyze.no_bundle")

        body = Body(request)
        try:
            job = self.queue.begin()
        except QueueFullError:
            return await self._refuse(request, body, UploadError(503, "analyze.busy"))
        except DiskFullError:
            return await self._refuse(request, body, UploadError(507, "analyze.disk_full"))
        try:
            await receive_upload(body, job, self.queue.limits.upload_bytes, check)
            self.queue.submit(job)
        except UploadError as error:
            self.queue.drop(job)
            return await self._refuse(request, body, error)
        finally:
            if job.state is JobState.RECEIVING:  # the server ends the request
                self.queue.drop(job)
        _log.info("%s uploads a recording", visitor.name or "a visitor")
        return RedirectResponse(f"{PATH}/result?{query(id=job.id)}", 303)

    async def _refuse(self, request: Request, body: Body, error: UploadError) -> Response:
        """Returns the reason, once the browser has sent its form, unless that is enormous."""
        if error.status != HTTPStatus.REQUEST_TIMEOUT:
            await body.discard(self.largest_body_bytes)
        answer = self._answers.error(request.scope, error.status, error.text)
        answer.headers["connection"] = "close"  # what is left of the body is not read
        return answer

    async def result(self, request: Request) -> Response:
        """Returns the result, or the progress, of a recording."""
        job = self._job(request)
        if job is None:
            return self._answers.error(request.scope, 404, "analyze.gone")
        values = self._page.result(job, self.queue.ahead(job))
        return self._answers.page(request.scope, "analysis.html", values, "analyze")

    async def state(self, request: Request) -> Response:
        """Returns whether a recording is analyzed, for the page that waits for it."""
        job = self._job(request)
        if job is None:
            return JSONResponse({"over": True, "text": ""})
        text = self._page.progress(job, self.queue.ahead(job))
        return JSONResponse({"over": job.is_over, "text": text})

    async def file(self, request: Request) -> Response:
        """Returns a file of a result."""
        job, name = self._job(request), request.query_params.get("name", "")
        if job is None or job.state is not JobState.DONE or name not in FILES:
            return self._answers.error(request.scope, 404, "analyze.gone")
        path = job.folder / name
        if not path.is_file():  # it is removed while it is asked for
            return self._answers.error(request.scope, 404, "analyze.gone")
        is_played = name == _PLAYED and "download" not in request.query_params
        kind = "inline" if name in _SHOWN_INLINE or is_played else "attachment"
        return FileResponse(
            path, media_type=FILES[name], filename=name, content_disposition_type=kind
        )

    async def remove(self, request: Request) -> Response:
        """Removes a result before its time, once the visitor has confirmed it."""
        visitor: Visitor = request.scope["state"]["visitor"]
        fields = await read_form(request)
        if not self._sessions.is_form_token(visitor.session, fields.get("token", "")):
            return self._answers.error(request.scope, 403, "error.form")
        job = self.queue.get(fields.get("id", ""))
        if job is None:
            return RedirectResponse(PATH, 303)
        if not fields.get("confirmed"):
            return self._answers.confirm(request.scope, _remove_question(job), "analyze")
        self.queue.drop(job)
        return RedirectResponse(PATH, 303)

    def _job(self, request: Request) -> Job | None:
        return self.queue.get(request.query_params.get("id", ""))


def _remove_question(job: Job) -> Question:
    """Returns the question before a result is removed."""
    return Question(
        "analyze.confirm_title",
        "analyze.confirm",
        {},
        f"{PATH}/remove",
        {},
        "analyze.remove",
        ("id", job.id),
        f"{PATH}/result?{query(id=job.id)}",
    )
