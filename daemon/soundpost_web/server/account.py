"""Logging in and out."""

import logging
import secrets
import threading
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from soundpost_web.access.login_limit import LoginLimit
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import Role
from soundpost_web.access.session import COOKIE, FORM_COOKIE, SESSION_SECONDS, Sessions
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.server.answers import Answers
from soundpost_web.server.guard import LARGEST_BODY_BYTES

_MOST_FIELDS = 20

_log = logging.getLogger("soundpost.web")


class TooLargeError(Exception):
    """The body of a request is larger than a form is."""


class Account:
    """The pages of the login.

    Args:
        passwords: The passwords.
        sessions: The sessions.
        answers: Makes answers.
        text: The texts.
    """

    def __init__(
        self, passwords: PasswordFile, sessions: Sessions, answers: Answers, text: Catalogue
    ) -> None:
        self._passwords = passwords
        self._sessions = sessions
        self._answers = answers
        self._text = text
        self._limit = LoginLimit()
        # Each takes 19 MB of memory and a processor core.
        self._one_at_a_time = threading.Lock()

    async def show(self, request: Request) -> Response:
        """Returns the form; a visitor without a session gets a cookie that it is bound to."""
        return self._form(request, next_address=request.query_params.get("next", ""))

    async def log_in(self, request: Request) -> Response:
        """Begins a session, or returns the form with the reason why not."""
        state = request.scope["state"]
        fields = await read_form(request)
        if not self._is_own_form(request, fields):
            return self._answers.error(request.scope, 403, "error.form")
        name, target = fields.get("name", "").strip().lower(), fields.get("next", "")
        address = state["client_address"]
        if not self._limit.admit(address):
            return self._form(request, "login.too_often", name, target, status=429)
        role = await run_in_threadpool(self._verify, name, fields.get("password", ""))
        if role is Role.NOBODY:
            _log.warning("a login as %s from %s failed", name[:64], address[:64])
            return self._form(request, "login.wrong", name, target, status=403)
        _log.info("%s logged in from %s", name, address[:64])
        response = RedirectResponse(_local(target), 303)
        self._set_cookie(request, response, COOKIE, self._sessions.begin(name), SESSION_SECONDS)
        response.delete_cookie(FORM_COOKIE)
        return response

    async def log_out(self, request: Request) -> Response:
        """Ends the session in this browser."""
        fields = await read_form(request)
        session = request.scope["state"]["visitor"].session
        if not session or not self._sessions.is_form_token(session, fields.get("token", "")):
            return self._answers.error(request.scope, 403, "error.form")
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE)
        return response

    def _verify(self, name: str, password: str) -> Role:
        with self._one_at_a_time:
            return self._passwords.verify(name, password)

    def _form(
        self,
        request: Request,
        failure: str = "",
        name: str = "",
        next_address: str = "",
        *,
        status: int = 200,
    ) -> Response:
        nonce = request.scope["state"]["form_cookie"] or secrets.token_urlsafe(16)
        response = self._answers.page(
            request.scope,
            "login.html",
            {
                "failure": self._text(failure) if failure else "",
                "name": name,
                "next": _local(next_address),
                "has_passwords": not self._passwords.is_empty,
                "form_token": self._sessions.form_token(f"login.{nonce}"),
                "can_log_out": False,
            },
            "login",
            status=status,
        )
        self._set_cookie(request, response, FORM_COOKIE, nonce, None)
        return response

    def _is_own_form(self, request: Request, fields: dict[str, str]) -> bool:
        nonce = request.scope["state"]["form_cookie"]
        return bool(nonce) and self._sessions.is_form_token(
            f"login.{nonce}", fields.get("token", "")
        )

    @staticmethod
    def _set_cookie(
        request: Request, response: Response, name: str, value: str, seconds: int | None
    ) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=request.scope["state"]["is_encrypted"],
        )


async def read_form(request: Request) -> dict[str, str]:
    """Returns the fields of a form by name, of which none is a file; raises as `read_fields`."""
    return dict(await read_fields(request))


async def read_fields(request: Request, most_fields: int = _MOST_FIELDS) -> list[tuple[str, str]]:
    """Returns the fields of a form, of which several may have one name.

    Args:
        request: The request.
        most_fields: The most fields that the form has.

    Raises:
        TooLargeError: The body is too large, also if it states no length.
    """
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY_BYTES:
                raise TooLargeError
    except ClientDisconnect:
        return []
    try:
        return parse_qsl(body.decode("ascii"), max_num_fields=most_fields)
    except ValueError:  # not ASCII, or too many fields
        return []


def _local(address: str) -> str:
    """Returns an address of this page; the start for any other, such as `//other.example`."""
    is_local = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_local and address.isprintable() and "\\" not in address else "/"
