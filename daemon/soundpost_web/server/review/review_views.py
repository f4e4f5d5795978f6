"""The handlers of the review: for everyone to look at, for an admin to give verdicts."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from soundpost.errors import ReviewError
from soundpost.system.log_once import LogOnce
from soundpost_web.access.roles import Role, Visitor
from soundpost_web.clips.folders import MEDIA_TYPES
from soundpost_web.pages.render import query
from soundpost_web.review.desk import ReviewDesk
from soundpost_web.review.form import WrongReviewError, read_back, read_review_form
from soundpost_web.server.account import read_fields
from soundpost_web.server.answers import Answers
from soundpost_web.server.clips.file_answer import FileAnswer
from soundpost_web.server.review.review_page import ReviewPage
from soundpost_web.server.review.verdict_form import WrongVerdictError, read_verdict

_MOST_FIELDS = 80
"""Of a form: a page of events, and what else it has."""

Found = TypeVar("Found")
_log = logging.getLogger("soundpost.web")


class ReviewViews:
    """The pages of the review.

    Args:
        page: Collects what the page shows.
        desk: The queue and the verdicts.
        answers: Makes answers.

    Attributes:
        can_teach: True if nodes can be taught from chosen events.
    """

    def __init__(self, page: ReviewPage, desk: ReviewDesk, answers: Answers) -> None:
        self.can_teach = False
        self._page = page
        self._desk = desk
        self._answers = answers
        self._failure = LogOnce(_log)

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of these handlers."""
        return [
            Route("/review", self.show),
            Route("/review/file", self.file),
            Route("/review/verdict", self.decide, methods=["POST"]),
            Route("/review/bulk", self.decide_many, methods=["POST"]),
            Route("/review/undo", self.undo, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Returns the page of the review."""
        visitor: Visitor = request.scope["state"]["visitor"]
        try:
            form = read_review_form(request.query_params)
            values = await run_in_threadpool(
                self._page.values, form, visitor.name, may_fetch=visitor.role >= Role.ADMIN
            )
        except WrongReviewError as error:
            return self._answers.error(request.scope, 400, "history.wrong", reason=error)
        except ReviewError as error:
            return self._unusable(request, error)
        self._failure.recover("the store of verdicts is used again")
        done = request.query_params.get("action", "")
        more = {
            "may_review": visitor.role >= Role.ADMIN,
            "may_teach": self.can_teach,
            "undo_action": done if done.isdecimal() and done.isascii() else "",
            "undo_count": request.query_params.get("events", "1")[:6],
        }
        return self._answers.page(request.scope, "review.html", {**values, **more}, "review")

    async def file(self, request: Request) -> Response:
        """Returns the sound or the spectrogram of an event."""
        event_id = request.query_params.get("event", "")
        suffix = f".{request.query_params.get('kind', '')}"
        if suffix not in {".flac", ".png"}:
            return self._answers.error(request.scope, 404, "error.not_found")
        try:
            file = await run_in_threadpool(self._desk.open_file, event_id, suffix)
        except (OSError, ValueError):
            return self._answers.error(request.scope, 404, "clip.gone")
        except ReviewError as error:
            return self._unusable(request, error)
        return FileAnswer(file, request.headers.get("range", ""), MEDIA_TYPES[suffix])

    async def decide(self, request: Request) -> Response:
        """Takes a verdict on one event."""
        values = dict(await read_fields(request))
        if refusal := self._answers.admin_refusal(request.scope, values):
            return refusal
        event_id = values.get("event", "")

        def store(reviewer: str) -> tuple[int, Mapping[str, object]]:
            verdict, label = read_verdict(values)
            action = self._desk.decide([event_id], verdict, label, reviewer)
            figures = self._desk.figures(self._desk.label_of(event_id))
            decision = self._desk.decisions([event_id]).get(event_id)
            text = self._page.verdict_text(decision)
            return action, {"verdict": text, "figures": self._page.figures(figures)}

        return await self._changed(request, values, store)

    async def decide_many(self, request: Request) -> Response:
        """Takes a verdict on the events that are chosen, or on all of the queue."""
        fields = await read_fields(request, _MOST_FIELDS)
        if refusal := self._answers.admin_refusal(request.scope, dict(fields)):
            return refusal
        values = dict(fields)
        event_ids = [value for name, value in fields if name == "event"]

        def store(reviewer: str) -> tuple[int, Mapping[str, object]]:
            verdict, label = read_verdict(values)
            if "all" in values:
                count = values.get("count", "")
                expected = int(count) if count.isascii() and count.isdecimal() else -1
                form = read_back(values.get("back", ""))
                action = self._desk.decide_all(form, expected, verdict, label, reviewer)
                return action, {"events": expected}
            if not event_ids:
                raise WrongVerdictError
            action = self._desk.decide(event_ids, verdict, label, reviewer)
            return action, {"events": len(set(event_ids))}

        return await self._changed(request, values, store)

    async def undo(self, request: Request) -> Response:
        """Takes an action of the person back."""
        values = dict(await read_fields(request))
        if refusal := self._answers.admin_refusal(request.scope, values):
            return refusal
        number = values.get("action", "")

        def take_back(reviewer: str) -> tuple[int, Mapping[str, object]]:
            if not (number.isascii() and number.isdecimal() and len(number) < 16):  # noqa: PLR2004 - no number of SQLite is longer
                raise WrongVerdictError
            events = self._desk.undo(int(number), reviewer)
            label = self._desk.label_of(events[0]) if events else ""
            figures = self._page.figures(self._desk.figures(label))
            return 0, {"undone": events[:1], "events": len(events), "figures": figures}

        return await self._changed(request, values, take_back)

    async def _changed(
        self,
        request: Request,
        values: Mapping[str, str],
        change: Callable[[str], tuple[int, Mapping[str, object]]],
    ) -> Response:
        """Changes the store, and leads back to the queue, or answers with JSON to a script."""
        try:
            action, more = await run_in_threadpool(change, request.scope["state"]["visitor"].name)
        except WrongVerdictError:
            return self._answers.error(request.scope, 400, "review.wrong_verdict")
        except ReviewError as error:
            return self._unusable(request, error)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"action": action, **more})
        form = read_back(values.get("back", ""))
        undone = more.get("undone")
        event = undone[0] if isinstance(undone, list) and undone else values.get("next", "")
        place = query(
            form.pairs, event=event[:200], action=action or None, events=more.get("events")
        )
        return RedirectResponse(f"/review?{place}", 303)

    def _unusable(self, request: Request, error: ReviewError) -> Response:
        self._failure.fail("%s (%s)", error, error.hint)
        reason = f"{error}; {error.hint}"
        return self._answers.error(request.scope, 503, "review.unusable", reason=reason)
