"""The page that a browser shows while the server is away, and the worker that keeps it."""

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from soundpost_web.pages.render import STATIC, Renderer


class Offline:
    """The handlers of the service worker; what they return has nothing of any visitor.

    Args:
        renderer: The templates.
    """

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes."""
        return [
            Route("/alive", self.alive, methods=["GET"]),
            Route("/offline", self.offline, methods=["GET"]),
            Route("/manifest.webmanifest", self.manifest, methods=["GET"]),
            Route("/service-worker.js", self.worker, methods=["GET"]),
        ]

    async def alive(self, _request: Request) -> Response:
        """Returns nothing: that it answers is enough."""
        return Response(status_code=204)

    async def offline(self, _request: Request) -> Response:
        """Returns the page that is shown while the server is away."""
        return HTMLResponse(self._renderer.render("offline.html"))

    async def manifest(self, _request: Request) -> Response:
        """Returns the manifest, by which the page is installed as an application."""
        content = self._renderer.render("manifest.json")
        return Response(content, media_type="application/manifest+json")

    async def worker(self, _request: Request) -> Response:
        """Returns the service worker, whose address decides that it serves the whole page."""
        return FileResponse(STATIC / "service-worker.js", media_type="text/javascript")
