"""The handlers of teaching: an admin chooses clips of a node, and sees what came of it."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from soundpost.errors import PublishError, ReviewError
from soundpost.evidence.store.files import SOUND
from soundpost_web.nodes.node import NodeState
from soundpost_web.pages.render import query
from soundpost_web.review.decisions import sibling
from soundpost_web.review.desk import ReviewDesk
from soundpost_web.review.verdicts_for_node import VerdictsForNode
from soundpost_web.server.account import read_fields
from soundpost_web.server.answers import Answers, Question
from soundpost_web.server.commands.sender import CommandSender, NewCommand, new_command
from soundpost_web.server.commands.teach_form import (
    MOST_FIELDS,
    TeachForm,
    WrongTeachError,
    read_teach_form,
)
from soundpost_web.server.commands.teach_page import TeachPage

COMMAND = "teach"
COUNTS = ("right", "wrong", "older")
"""The names of the counts of verdicts in the address of a result."""
_LONGEST_NAME = 200
_LONGEST_COUNT = 6
"""Digits: more than a store has of one label."""


class Reviewed(NamedTuple):
    """The part of the review that teaching uses.

    Attributes:
        desk: The events that a person can choose on the page of the review.
        verdicts: The verdicts that go to a node.
    """

    desk: ReviewDesk
    verdicts: VerdictsForNode


class TeachViews:
    """The pages of teaching, for an admin.

    Args:
        page: Collects what they show.
        reviewed: The events and the verdicts of the review.
        sender: Sends commands.
        answers: Makes answers.
    """

    def __init__(
        self, page: TeachPage, reviewed: Reviewed, sender: CommandSender, answers: Answers
    ) -> None:
        self._page = page
        self._desk, self._verdicts = reviewed
        self._sender = sender
        self._answers = answers

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of these handlers."""
        return [
            Route("/teach", self.choose, methods=["GET"]),
            Route("/teach", self.send, methods=["POST"]),
            Route("/teach/chosen", self.choose_events, methods=["POST"]),
            Route("/teach/result", self.result, methods=["GET"]),
        ]

    async def choose(self, request: Request) -> Response:
        """Returns the page with the clips of a node."""
        if refusal := self._answers.admin_refusal(request.scope):
            return refusal
        node = self._sender.node(request.query_params.get("node", "")[:_LONGEST_NAME])
        if node is None:
            return self._answers.error(request.scope, 404, "teach.no_node")
        return await self._choice(request, node)

    async def choose_events(self, request: Request) -> Response:
        """Returns the page with the clips of the events that were chosen for a review."""
        fields = await read_fields(request, MOST_FIELDS)
        if refusal := self._answers.admin_refusal(request.scope, dict(fields)):
            return refusal
        try:
            ids = [value for name, value in fields if name == "event"]
            found = await run_in_threadpool(self._desk.events, ids)
        except ReviewError as error:
            return self._refused(request, error)
        nodes = {each.event.node for each in found}
        node = self._sender.node(nodes.pop()) if len(nodes) == 1 else None
        if node is None:
            return self._answers.error(request.scope, 400, "teach.one_node")
        return await self._choice(request, node, [sibling(each, SOUND) for each in found])

    async def send(self, request: Request) -> Response:
        """Sends the command, waits for its first result for a moment, and leads to its page."""
        fields = await read_fields(request, MOST_FIELDS)
        if refusal := self._answers.admin_refusal(request.scope, dict(fields)):
            return refusal
        try:
            form = read_teach_form(fields)
            command, sent = await self._command(form)
        except (PublishError, WrongTeachError, ReviewError) as error:
            return self._refused(request, error)
        if self._sender.node(form.node) is None:
            return self._answers.error(request.scope, 404, "teach.no_node")
        if form.action == "remove" and "confirmed" not in dict(fields):
            return self._answers.confirm(request.scope, _remove_question(form))
        visitor = request.scope["state"]["visitor"]
        if not self._sender.send(visitor, form.node, command):
            return self._answers.error(request.scope, 503, "error.not_sent")
        await self._sender.wait_for_result(form.node, command.id)
        address = query(zip(COUNTS, sent, strict=True), node=form.node, id=command.id)
        return RedirectResponse(f"/teach/result?{address}", 303)

    async def _command(self, form: TeachForm) -> tuple[NewCommand, Sequence[int]]:
        """Returns the command of a form, and the counts of the verdicts that it has.

        Raises:
            PublishError: It is no valid command.
            ReviewError: The verdicts cannot be read.
        """
        content = form.command
        command = new_command(COMMAND, content)
        if not content.get("again"):
            return command, [0] * len(COUNTS)
        sent = await run_in_threadpool(self._verdicts.fitting, form.node, content)
        return new_command(COMMAND, content | sent.fields), sent.counts

    async def result(self, request: Request) -> Response:
        """Returns the page of a result."""
        if refusal := self._answers.admin_refusal(request.scope):
            return refusal
        node = request.query_params.get("node", "")[:_LONGEST_NAME]
        command_id = request.query_params.get("id", "")[:_LONGEST_NAME]
        if self._sender.node(node) is None:
            return self._answers.error(request.scope, 404, "teach.no_node")
        found = self._sender.result(node, command_id)
        if found is None or found.status == "started":
            self._sender.repeat_if_due(node, command_id)
        values = self._page.result(found if found and found.command == COMMAND else None)
        values |= {"node": node, "id": command_id, "sent": _counts(request.query_params)}
        return self._answers.page(request.scope, "teach_result.html", values)

    def _refused(self, request: Request, error: Exception) -> Response:
        """Returns the page for a form that is no command, or verdicts that cannot be read."""
        if not isinstance(error, ReviewError):
            return self._answers.error(request.scope, 400, "error.command", reason=error)
        reason = f"{error}; {error.hint}"
        return self._answers.error(request.scope, 503, "review.unusable", reason=reason)

    async def _choice(
        self, request: Request, node: NodeState, chosen: Sequence[str] = ()
    ) -> Response:
        try:
            values = await run_in_threadpool(self._page.choice, node, chosen)
        except sqlite3.Error:
            return self._answers.error(request.scope, 503, "history.unreadable")
        return self._answers.page(request.scope, "teach.html", values)


def _counts(values: Mapping[str, str]) -> dict[str, int]:
    """Returns the counts of verdicts in an address, by their names; 0 for what is no count."""
    texts = {name: values.get(name, "")[:_LONGEST_COUNT] for name in COUNTS}
    return {name: int(text) if text.isdecimal() else 0 for name, text in texts.items()}


def _remove_question(form: TeachForm) -> Question:
    """Returns the question before a label is removed with all its versions."""
    return Question(
        "teach.confirm_title",
        "teach.confirm",
        {"node": form.node, "label": form.label},
        "/teach",
        {"node": form.node, "label": form.label},
        "teach.remove_all",
        ("action", form.action),
        f"/teach?{query(node=form.node)}",
    )
