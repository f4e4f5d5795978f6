"""Builds every part of the page from its configuration (the composition root)."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost_web.access.gate import Gate
from soundpost_web.access.hosts import Hosts
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.session import Sessions, load_secret
from soundpost_web.history.query import latest_events
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.live.feed import Feed
from soundpost_web.live.live_views import LiveViews
from soundpost_web.nodes.latest_events import MOST_EVENTS
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.about_page import AboutPage
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.groups import label_groups
from soundpost_web.pages.history_page import HistoryPages
from soundpost_web.pages.live_page import LivePage
from soundpost_web.pages.render import STATIC, Renderer
from soundpost_web.server.account import Account, TooLargeError
from soundpost_web.server.answers import Answers
from soundpost_web.server.commands import Commands
from soundpost_web.server.guard import App, Guard
from soundpost_web.server.live_view import LiveViewStream, view_requests
from soundpost_web.server.sounds import Sounds
from soundpost_web.server.views import LiveStream, Pages, Views
from soundpost_web.settings import WebSettings
from soundpost_web.settings.load import password_path
from soundpost_web.settings.zones import Zones
from soundpost_web.subscribe.subscriber import Subscriber

_DAY_SECONDS = 86_400
_THREADS = 8
"""Of queries at once: each needs a processor core, and a small board has four."""


@dataclass(frozen=True, slots=True)
class Application:
    """The page, ready to be served.

    Attributes:
        app: The application (ASGI).
        feed: The viewers of the live page.
        live_views: The viewers of live views of nodes.
        subscriber: The thread that receives messages.
    """

    app: App
    feed: Feed
    live_views: LiveViews
    subscriber: Subscriber


def build_application(settings: WebSettings, folder: Path) -> Application:
    """Builds the page.

    Args:
        settings: The configuration.
        folder: The folder of its state.

    Raises:
        ConfigError: A file cannot be used, or the broker's address is wrong.
    """
    text = Catalogue()
    zones = Zones(settings.web.zone, settings.zones)
    passwords = PasswordFile(password_path(settings))
    passwords.load()
    secret = load_secret(folder / "session-key")
    sessions = Sessions(secret, passwords)
    limits = Limits(settings.history.days, settings.history.megabytes)
    store = HistoryStore(Path(settings.history.file or folder / "history.db"), limits)
    store.open()
    state = LiveState()
    state.load(latest_events(store.path, MOST_EVENTS))
    renderer = Renderer(text)
    live = LivePage(state, renderer, zones)
    feed = Feed(state, live.render, live.render_all, settings.web.viewers)
    answers = Answers(
        renderer, sessions, zones.page.key, can_log_in=settings.web.proxy_header is None
    )
    sounds = Sounds(settings, folder, store.path, zones, text)
    pages = Pages(
        state,
        live,
        HistoryPages(store.path, zones, text, label_groups(settings.groups), sounds.verdict_texts),
        AboutPage(store, limits, state, zones, text),
        feed,
    )
    subscriber = _build_subscriber(settings, secret, store, state)
    account = Account(passwords, sessions, answers, text)
    views = Views(pages, answers, has_commands=settings.mqtt.commands)
    routes = _routes(views, account, LiveStream(feed, answers))
    routes += sounds.routes(subscriber, answers, sessions, state)
    live_views = LiveViews(state, view_requests(subscriber.commands.put), text("view.away"))
    feed.on_close = live_views.close
    if settings.mqtt.commands:
        routes.append(Route("/node/live/stream", LiveViewStream(live_views, state, answers)))
        commands = Commands(subscriber.commands.put, state, sessions, answers)
        routes.append(Route("/node/command", commands.send, methods=["POST"]))
    app = _build_app(routes, [feed.run, live_views.run], answers, sounds.close)
    gate = Gate(settings.web, passwords, sessions)
    guard = Guard(app, Hosts(settings.web.hosts), gate, answers.refuse)
    return Application(guard, feed, live_views, subscriber)


def _build_subscriber(
    settings: WebSettings, secret: bytes, store: HistoryStore, state: LiveState
) -> Subscriber:
    # The broker knows the session by the client identifier, which must stay the same, and be
    # another one for each page at a broker.
    own_id = f"soundpost-web-{hashlib.sha256(secret).hexdigest()[:12]}"
    mqtt = msgspec.structs.replace(settings.mqtt, client_id=settings.mqtt.client_id or own_id)
    connection = connection_settings(mqtt, load_broker_address(mqtt), "web")
    session_seconds = mqtt.session_days * _DAY_SECONDS
    return Subscriber(connection, mqtt.prefix, session_seconds, store, state)


def _routes(views: Views, account: Account, stream: LiveStream) -> list[BaseRoute]:
    return [
        Route("/", views.live),
        Route("/live/stream", stream),
        Route("/node", views.node),
        Route("/history", views.history),
        Route("/hours", views.hours),
        Route("/label", views.label),
        Route("/about", views.about),
        Route("/login", account.show, methods=["GET"]),
        Route("/login", account.log_in, methods=["POST"]),
        Route("/logout", account.log_out, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def _build_app(
    routes: list[BaseRoute],
    tasks: Sequence[Callable[[], Coroutine[None, None, None]]],
    answers: Answers,
    on_end: Callable[[], None],
) -> App:
    async def on_http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        name = {404: "not_found", 405: "method"}.get(status, "forbidden")
        return answers.error(request.scope, status, f"error.{name}")

    async def on_too_large(request: Request, _error: Exception) -> Response:
        return answers.error(request.scope, 413, "error.too_large")

    async def on_bug(request: Request, _error: Exception) -> Response:
        return answers.error(request.scope, 500, "error.failed")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        running = [asyncio.create_task(run()) for run in tasks]
        yield
        on_end()
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task

    return Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: on_http_error,
            TooLargeError: on_too_large,
            Exception: on_bug,
        },
        lifespan=lifespan,
    )
