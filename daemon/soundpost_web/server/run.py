"""Serves the page until a signal ends it."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from soundpost.errors import ConfigError
from soundpost.system.signals import stopped_by_signals
from soundpost.system.systemd import Notifier
from soundpost_web.access.passwords import PasswordFile
from soundpost_web.errors import WebError
from soundpost_web.server.application import Application, build_application
from soundpost_web.server.page_server import PageServer
from soundpost_web.settings import WebSettings
from soundpost_web.settings.load import password_path

_BACKLOG = 128
_CANCEL_SECONDS = 5
"""A request that runs on without its connection is cancelled."""
_UNREAD_MILLISECONDS = 30_000
"""A client that takes nothing from a full connection for so long is disconnected by the kernel."""
_UNREAD_BYTES = 65_536
"""What the kernel holds for a client that does not read; by default it may become 4 MB."""
_IDLE_SECONDS = 20
_CONNECTIONS_OF_OTHERS = 100
"""Connections beside those of viewers of the live page."""
_LONGEST_HEADER_BYTES = 16_384
_UNCOMPLETED = "ASGI callable returned without completing response."

_log = logging.getLogger("soundpost.web")


def serve(settings: WebSettings, folder: Path) -> None:
    """Serves the page.

    Args:
        settings: The configuration.
        folder: The folder of its state.

    Raises:
        ConfigError: The configuration is wrong, or would leave the page open to everyone.
        WebError: The address cannot be used, or the subscriber has failed.
    """
    require_protection(settings, PasswordFile(password_path(settings)))
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    application = build_application(settings, folder)
    with listening(settings) as listener:
        config = uvicorn_config(settings, application)
        _load_certificate(config)
        server = PageServer(config, application.feed)
        watch = threading.Thread(
            target=_watch, args=(application, server), name="watch", daemon=True
        )
        application.subscriber.start()
        watch.start()
        Notifier.from_environment().notify(READY="1", STATUS=f"serves {address(settings)}")
        _log.info("the page is at %s", address(settings))
        try:
            # uvicorn raises the signal that ended it once more, which would end the process here.
            with stopped_by_signals(lambda name: _log.info("%s ends the page", name)):
                server.run(sockets=[listener])
        finally:
            has_failed = not application.subscriber.is_alive
            application.subscriber.close()
    if has_failed:
        raise WebError("the subscriber has ended", hint="the log above has the reason: a bug")


def require_protection(settings: WebSettings, passwords: PasswordFile) -> None:
    """Raises ConfigError if the page would be open to other machines."""
    web = settings.web
    passwords.load()
    if web.is_exposed and web.proxy_header is None and passwords.is_empty:
        raise ConfigError(
            "web.address or web.hosts let other machines open the page, and it has no password",
            hint="set one with `soundpost-web password`, or name a proxy that logs people in "
            "(web.proxy_header and web.proxy_addresses)",
        )
    if web.is_exposed and web.proxy_header is None and not web.cert_file:
        _log.warning("passwords cross the network unencrypted; set web.cert_file and web.key_file")


def address(settings: WebSettings) -> str:
    """Returns the address of the page as a browser takes it."""
    web = settings.web
    host = f"[{web.address}]" if ":" in web.address else web.address
    return f"{'https' if web.cert_file else 'http'}://{host}:{web.port}/"


def uvicorn_config(settings: WebSettings, application: Application) -> uvicorn.Config:
    """Returns the settings of the server, with limits to what one client can hold."""
    web = settings.web
    logging.getLogger("uvicorn.error").addFilter(_is_failure)
    return uvicorn.Config(
        application.app,
        http="h11",
        ws="none",
        interface="asgi3",
        proxy_headers=False,  # the gate reads them, of named proxies only
        server_header=False,
        access_log=False,
        log_config=None,
        limit_concurrency=web.viewers + _CONNECTIONS_OF_OTHERS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_CANCEL_SECONDS,
        h11_max_incomplete_event_size=_LONGEST_HEADER_BYTES,
        ssl_certfile=web.cert_file,
        ssl_keyfile=web.key_file,
    )


def _load_certificate(config: uvicorn.Config) -> None:
    """Raises ConfigError if the certificate of the page cannot be used."""
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is a subclass
        raise ConfigError(
            f"web.cert_file and web.key_file cannot be used: {error.strerror or error}",
            hint="they must be readable PEM files, the key unencrypted",
        ) from error


def _is_failure(record: logging.LogRecord) -> bool:
    """Returns False for what is no failure: the stream of a viewer that was too slow was cut."""
    return record.levelno > logging.INFO and record.getMessage() != _UNCOMPLETED


@contextmanager
def listening(settings: WebSettings) -> Iterator[socket.socket]:
    """Provides the socket on which the page listens.

    Raises:
        WebError: The address is in use, or is none of this machine.
    """
    web = settings.web
    family = socket.AF_INET6 if ":" in web.address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit both.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MILLISECONDS)
        try:
            listener.bind((web.address, web.port))
            listener.listen(_BACKLOG)
        except OSError as error:
            raise WebError(
                f"{web.address} port {web.port} cannot be used: {os.strerror(error.errno or 0)}",
                hint="choose another web.port, or stop the program that uses it",
            ) from error
        yield listener
    finally:
        listener.close()


def _watch(application: Application, server: uvicorn.Server) -> None:
    """Ends the server when the subscriber has ended: the page would be silent for ever."""
    application.subscriber.wait()
    application.feed.close_from_thread()
    server.should_exit = True
