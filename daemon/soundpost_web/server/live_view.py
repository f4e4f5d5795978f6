"""The stream of the live view of a node."""

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

import msgspec

from soundpost_web.live.live_views import LiveViews
from soundpost_web.live.stream import send_stream
from soundpost_web.nodes.node import LIVE_VIEW
from soundpost_web.nodes.state import LiveState
from soundpost_web.server.answers import Answers
from soundpost_web.server.guard import Receive, Scope, Send

_LONGEST_NAME = 200

Put = Callable[[str, str, str, bytes], bool]


class LiveViewStream:
    """The stream of the live view of a node, as an application of its own (ASGI).

    Args:
        views: The viewers.
        state: The state of the nodes.
        answers: Makes answers.
    """

    def __init__(self, views: LiveViews, state: LiveState, answers: Answers) -> None:
        self._views = views
        self._state = state
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the view until the viewer leaves."""
        if scope["method"] != "GET":
            await self._answers.error(scope, 405, "error.method")(scope, receive, send)
            return
        values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=10)
        name = values.get("name", [""])[0][:_LONGEST_NAME]
        if self._state.node(name) is None:
            await self._answers.error(scope, 404, "error.not_found")(scope, receive, send)
            return
        viewer = self._views.join(name)
        if viewer is None:
            await self._answers.error(scope, 503, "error.busy")(scope, receive, send)
            return
        await send_stream(self._views, viewer, receive, send)


def view_requests(put: Put) -> Callable[[str, float], bool]:
    """Returns what requests the view of a node for some seconds.

    Args:
        put: Takes a command; the arguments are those of `CommandQueue.put`.
    """

    def request(node: str, seconds: float) -> bool:
        command_id = f"web-{secrets.token_hex(8)}"
        payload = msgspec.json.encode({"id": command_id, "seconds": seconds})
        return put(node, LIVE_VIEW, command_id, payload)

    return request
