"""The handler of the forms of a node: commands that an admin sends to it."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from soundpost.errors import PublishError
from soundpost_web.nodes.node import NodeState
from soundpost_web.pages.render import query
from soundpost_web.server.account import read_form
from soundpost_web.server.answers import Answers, Question
from soundpost_web.server.commands.sender import CommandSender, new_command

if TYPE_CHECKING:
    from soundpost_web.access.roles import Visitor

OFFERED = ("mute", "unmute", "threshold", "profile", "selftest", "capture-now", "reload")
_CHANGING = ("mute", "unmute", "threshold", "profile")
"""Commands after which a node publishes its settings, behind the result."""
_SETTINGS_SECONDS = 0.5
"""For these settings, which stay as they are if the value was set before."""
_LONGEST_LABEL = 200


class Commands:
    """The handler of the forms of a node.

    Args:
        sender: Sends commands.
        answers: Makes answers.
    """

    def __init__(self, sender: CommandSender, answers: Answers) -> None:
        self._sender = sender
        self._answers = answers

    async def send(self, request: Request) -> Response:
        """Sends a command, waits for its result for a moment, and leads back to the node."""
        visitor: Visitor = request.scope["state"]["visitor"]
        fields = await read_form(request)
        if refusal := self._answers.admin_refusal(request.scope, fields):
            return refusal
        node, name = fields.get("node", ""), fields.get("command", "")
        before = self._sender.node(node)
        if before is None or name not in OFFERED:
            return self._answers.error(request.scope, 404, "error.not_found")
        try:
            command = new_command(name, _command(name, fields))
        except (PublishError, ValueError) as error:
            return self._answers.error(request.scope, 400, "error.command", reason=error)
        if name == "mute" and not fields.get("label") and not fields.get("confirmed"):
            return self._answers.confirm(request.scope, _mute_question(node, fields["minutes"]))
        if not self._sender.send(visitor, node, command):
            return self._answers.error(request.scope, 503, "error.not_sent")
        await self._wait_for_result(before, command.id)
        return RedirectResponse(f"/node?{query(name=node)}#results", 303)

    async def _wait_for_result(self, node: NodeState, command_id: str) -> None:
        """Waits for the result of a command, and for the settings that it has changed."""
        result = await self._sender.wait_for_result(node.name, command_id)
        if result is not None and result.command in _CHANGING and result.status == "done":
            await self._sender.wait(lambda: self._has_other_settings(node), _SETTINGS_SECONDS)

    def _has_other_settings(self, before: NodeState) -> bool:
        now = self._sender.node(before.name)
        return now is not None and now.settings != before.settings


def _mute_question(node: str, minutes: str) -> Question:
    """Returns the question before all sounds of a node are muted."""
    return Question(
        "node.confirm_title",
        "node.confirm",
        {"node": node, "minutes": minutes},
        "/node/command",
        {"node": node, "minutes": minutes},
        "node.mute_all",
        ("command", "mute"),
        f"/node?{query(name=node)}",
    )


def _command(name: str, fields: dict[str, str]) -> dict[str, object]:
    """Returns a command of the fields of a form, without its id.

    Raises:
        ValueError: A field is no number.
    """
    command: dict[str, object] = {}
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
