"""The application of Starlette: its errors, and what runs beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from soundpost_web.server.account import TooLargeError
from soundpost_web.server.analyze.handlers import Analyses
from soundpost_web.server.answers import Answers
from soundpost_web.server.guard import App
from soundpost_web.server.sounds import Sounds

_THREADS = 8
"""Of queries at once: each needs a processor core, and a small board has four."""


@contextmanager
def running(sounds: Sounds, analyses: Analyses | None) -> Iterator[None]:
    """Provides the parts that run beside the server."""
    with ExitStack() as stack:
        stack.callback(sounds.close)
        if analyses:
            analyses.queue.open()
            stack.callback(analyses.queue.close)
        yield


def build_app(
    routes: list[BaseRoute],
    tasks: Sequence[Callable[[], Coroutine[None, None, None]]],
    answers: Answers,
    beside: AbstractContextManager[None],
) -> App:
    """Returns the application (ASGI).

    Args:
        routes: The routes.
        tasks: Run in the event loop while it is served.
        answers: Makes answers.
        beside: The parts that run beside it.
    """

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
        running_tasks = [asyncio.create_task(run()) for run in tasks]
        with beside:
            yield
        for task in running_tasks:
            task.cancel()
        for task in running_tasks:
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
