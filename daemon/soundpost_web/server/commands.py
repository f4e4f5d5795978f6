"""Commands that an admin sends to a node, and their results."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from soundpost.errors import PublishError
from soundpost.messages.command import read_command
from soundpost_web.access.roles import Role, Visitor
from soundpost_web.access.session import Sessions
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import NodeResult
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.render import query
from soundpost_web.server.account import read_form
from soundpost_web.server.answers import Answers, Question

OFFERED = ("mute", "unmute", "threshold", "profile", "selftest", "capture-now", "reload")
_WAIT_SECONDS = 3.0
"""For the result: the page then has it at once. A self-test takes longer, and is `started`."""
_CHANGING = ("mute", "unmute", "threshold", "profile")
"""Commands after which a node publishes its settings, behind the result."""
_SETTINGS_SECONDS = 0.5
"""For these settings, which stay as they are if the value was set before."""
_LOOK_SECONDS = 0.05
_LONGEST_LABEL = 200

Put = Callable[[str, str, str, bytes], bool]

_log = logging.getLogger("soundpost.web")


class Commands:
    """The handler of the forms of a node.

    Args:
        put: Takes a command; the arguments are those of `CommandQueue.put`.
        state: The state of the nodes, with the results.
        sessions: The sessions, to which forms are bound.
        answers: Makes answers.
    """

    def __init__(self, put: Put, state: LiveState, sessions: Sessions, answers: Answers) -> None:
        self._put = put
        self._state = state
        self._sessions = sessions
        self._answers = answers

    async def send(self, request: Request) -> Response:
        """Sends a command, waits for its result for a moment, and leads back to the node."""
        visitor: Visitor = request.scope["state"]["visitor"]
        fields = await read_form(request)
        if refusal := self._refusal(visitor, fields):
            return self._answers.error(request.scope, 403, refusal)
        node, name = fields.get("node", ""), fields.get("command", "")
        before = self._state.node(node)
        if before is None or name not in OFFERED:
            return self._answers.error(request.scope, 404, "error.not_found")
        command_id = f"web-{secrets.token_hex(8)}"
        try:
            payload = msgspec.json.encode(_command(name, command_id, fields))
            read_command(name, payload)
        except (PublishError, ValueError) as error:
            return self._answers.error(request.scope, 400, "error.command", reason=error)
        if name == "mute" and not fields.get("label") and not fields.get("confirmed"):
            return self._answers.confirm(request.scope, _mute_question(node, fields["minutes"]))
        _log.info("%s sends %s to %s", visitor.name, name, node)
        if not self._put(node, name, command_id, payload):
            return self._answers.error(request.scope, 503, "error.not_sent")
        await self._wait_for_result(before, command_id)
        return RedirectResponse(f"/node?{query(name=node)}#results", 303)

    def _refusal(self, visitor: Visitor, fields: dict[str, str]) -> str:
        """Returns the name of the text that refuses a form; empty for a form of an admin."""
        if visitor.role < Role.ADMIN:
            return "error.forbidden"
        token = fields.get("token", "")
        return "" if self._sessions.is_form_token(visitor.session, token) else "error.form"

    async def _wait_for_result(self, node: NodeState, command_id: str) -> None:
        """Waits for the result of a command, and for the settings that it has changed."""
        await self._wait(lambda: self._result(node.name, command_id) is not None, _WAIT_SECONDS)
        result = self._result(node.name, command_id)
        if result is not None and result.command in _CHANGING and result.status == "done":
            await self._wait(
                lambda: self._now(node.name).settings != node.settings, _SETTINGS_SECONDS
            )

    def _now(self, name: str) -> NodeState:
        return self._state.node(name) or NodeState(name)

    def _result(self, name: str, command_id: str) -> NodeResult | None:
        results = self._now(name).results
        return next((result for result in results if result.id == command_id), None)

    async def _wait(self, is_there: Callable[[], bool], longest_seconds: float) -> None:
        deadline = time.monotonic() + longest_seconds
        while time.monotonic() < deadline:
            if is_there():
                return
            await asyncio.sleep(_LOOK_SECONDS)


def _mute_question(node: str, minutes: str) -> Question:
    """Returns the question before all sounds of a node are muted."""
    return Question(
        "node.confirm_title",
        "node.confirm",
        {"node": node, "minutes": minutes},
        "/node/command",
        {"node": node, "minutes": minutes, "command": "mute"},
        "node.mute_all",
        f"/node?{query(name=node)}",
    )


def _command(name: str, command_id: str, fields: dict[str, str]) -> dict[str, object]:
    """Returns a command of the fields of a form.

    Raises:
        ValueError: A field is no number.
    """
    command: dict[str, object] = {"id": command_id}
    label = fields.get("label", "")[:_LONGEST_LABEL]
    if name in {"mute", "unmute"} and label:
        command["labels"] = [label]
    if name in {"threshold", "profile"}:
        command["label"] = label
    if name == "threshold":
        on_threshold = fields.get("on", "")
        command["on"] = float(on_threshold) if on_threshold else None
    if name == "profile":
        command["profile"] = fields.get("profile", "")[:_LONGEST_LABEL] or None
    if name == "mute":
        command["minutes"] = float(fields.get("minutes", ""))
    if name == "capture-now":
        command["seconds"] = float(fields.get("seconds", ""))
    return command
