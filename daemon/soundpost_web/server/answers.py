"""Answers in HTML, with what every page shows: the menu, the visitor, the time zone."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from soundpost_web.access.roles import AnalyzeRight, Role, Visitor
from soundpost_web.access.session import Sessions
from soundpost_web.pages.render import Renderer, query
from soundpost_web.server.guard import STREAMS, App, Scope


class Question(NamedTuple):
    """A question before something is done that cannot be undone.

    Attributes:
        title: The name of the text of its title.
        text: The name of its text.
        values: The values of the text.
        action: The address that the form is sent to.
        fields: The hidden fields of the form.
        button: The name of the text of its button.
        chosen: The name and the value of the field that the button sends.
        back: The address without doing it.
    """

    title: str
    text: str
    values: Mapping[str, object]
    action: str
    fields: Mapping[str, str]
    button: str
    chosen: tuple[str, str]
    back: str


class Answers:
    """Makes answers.

    Args:
        renderer: The templates.
        sessions: Makes the tokens of forms, and verifies them.
        zone: The name of the zone of the page.
        right: The visitors who may have recordings analyzed.
        can_log_in: True if people log in here, and not at a proxy.
    """

    def __init__(
        self,
        renderer: Renderer,
        sessions: Sessions,
        zone: str,
        right: AnalyzeRight,
        *,
        can_log_in: bool,
    ) -> None:
        self._renderer = renderer
        self._sessions = sessions
        self._zone = zone
        self._right = right
        self._can_log_in = can_log_in

    def page(
        self,
        scope: Scope,
        template: str,
        values: Mapping[str, object],
        here: str = "",
        *,
        status: int = 200,
    ) -> HTMLResponse:
        """Returns a page.

        Args:
            scope: The request (ASGI).
            template: The file of the template.
            values: What the template takes.
            here: The page in the menu.
            status: The status.
        """
        visitor: Visitor = scope["state"]["visitor"]
        content = self._renderer.render(
            template,
            **{
                "here": here,
                "visitor": visitor,
                "is_viewer": visitor.role >= Role.VIEWER,
                "may_analyze": self._right.admits(visitor),
                "can_log_in": self._can_log_in,
                "can_log_out": self._can_log_in and bool(visitor.session),
                "form_token": self._sessions.form_token(visitor.session),
                "zone": self._zone,
                **values,
            },
        )
        return HTMLResponse(content, status)

    def confirm(self, scope: Scope, question: Question, here: str = "") -> HTMLResponse:
        """Returns the page that asks before something is done that cannot be undone.

        Its form sends the fields again, with the field `confirmed`.

        Args:
            scope: The request (ASGI).
            question: The question.
            here: The page in the menu.
        """
        return self.page(scope, "confirm.html", question._asdict(), here)

    def error(self, scope: Scope, status: int, text: str, **values: object) -> HTMLResponse:
        """Returns the page of an error.

        Args:
            scope: The request (ASGI).
            status: The status.
            text: The name of a text.
            values: The values of the text.
        """
        message = self._renderer.text(text, **values)
        return self.page(scope, "error.html", {"message": message}, status=status)

    def admin_refusal(
        self, scope: Scope, fields: Mapping[str, str] | None = None
    ) -> HTMLResponse | None:
        """Returns the answer to a visitor who may not do what only an admin may; None for an admin.

        Args:
            scope: The request (ASGI).
            fields: Of a form, which must be of the session of the visitor; None without a form.
        """
        visitor: Visitor = scope["state"]["visitor"]
        if visitor.role < Role.ADMIN:
            return self.error(scope, 403, "error.forbidden")
        if fields is None or self._sessions.is_form_token(visitor.session, fields.get("token", "")):
            return None
        return self.error(scope, 403, "error.form")

    def refuse(self, scope: Scope, status: int, reason: str) -> App:
        """Returns the answer to a request that the guard refuses; a page leads to the login."""
        if reason == "login":
            return self._ask_for_login(scope)
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")[:100]
        return self.error(scope, status, f"error.{reason}", host=host)

    def _ask_for_login(self, scope: Scope) -> Response:
        # A redirection would be followed by the stream, and by a form without its fields.
        if scope["method"] != "GET" or scope["path"] in STREAMS or not self._can_log_in:
            return self.error(scope, 401, "login.needed")
        target = scope["path"]
        if scope["query_string"]:
            target = f"{target}?{scope['query_string'].decode('latin-1')}"
        if Request(scope).headers.get("hx-request"):
            # htmx would show the login in a part of the page.
            return Response(status_code=401, headers={"HX-Redirect": "/login"})
        return RedirectResponse(f"/login?{query(next=target)}", 303)
