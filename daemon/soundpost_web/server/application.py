"""Builds every part of the page from its configuration (the composition root)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost_web.access.gate import Gate
from soundpost_web.access.hosts import Hosts
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.access.roles import AnalyzeRight
from soundpost_web.access.session import Sessions, load_secret
from soundpost_web.history.query import latest_events
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.live.feed import Feed
from soundpost_web.live.live_views import LiveViews
from soundpost_web.nodes.groups import label_groups
from soundpost_web.nodes.latest_events import MOST_EVENTS
from soundpost_web.nodes.state import LiveState
from soundpost_web.pages.about_page import AboutPage
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.history_page import HistoryPages
from soundpost_web.pages.live_page import LivePage
from soundpost_web.pages.render import STATIC, Renderer
from soundpost_web.server.account import Account
from soundpost_web.server.analyze.build import build_analyses
from soundpost_web.server.analyze.handlers import PATH as ANALYZE
from soundpost_web.server.answers import Answers
from soundpost_web.server.asgi import build_app, running
from soundpost_web.server.commands.node_commands import Commands
from soundpost_web.server.commands.sender import CommandSender
from soundpost_web.server.guard import App, Guard
from soundpost_web.server.live_view import LiveViewStream, view_requests
from soundpost_web.server.offline import Offline
from soundpost_web.server.sounds import Sounds
from soundpost_web.server.views import LiveStream, Pages, Views
from soundpost_web.settings import WebSettings
from soundpost_web.settings.load import password_path
from soundpost_web.settings.zones import Zones
from soundpost_web.subscribe.subscriber import Subscriber

_DAY_SECONDS = 86_400


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
    right = AnalyzeRight(settings.analyze.allowed, settings.web.public)
    can_log_in = settings.web.proxy_header is None
    answers = Answers(renderer, sessions, zones.page.key, right, can_log_in=can_log_in)
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
    sender = None
    if settings.mqtt.commands:
        sender = CommandSender(subscriber.commands.put, state)
        commands = Commands(sender, answers)
        routes.append(Route("/node/command", commands.send, methods=["POST"]))
    routes += sounds.routes(subscriber, answers, state, sender)
    live_views = LiveViews(state, view_requests(subscriber.commands.put), text("view.away"))
    feed.on_close = live_views.close
    if settings.mqtt.commands:
        routes.append(Route("/node/live/stream", LiveViewStream(live_views, state, answers)))
    analyses = build_analyses(settings.analyze, folder, right, text, sessions, answers)
    largest_bodies = {}
    if analyses:
        routes += analyses.routes
        largest_bodies[ANALYZE] = analyses.largest_body_bytes
    routes += Offline(renderer).routes
    app = build_app(routes, [feed.run, live_views.run], answers, running(sounds, analyses))
    gate = Gate(settings.web, passwords, sessions)
    guard = Guard(app, Hosts(settings.web.hosts), gate, answers.refuse, largest_bodies)
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
