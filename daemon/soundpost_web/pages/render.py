"""Renders templates: every value is escaped, and a name that is missing is an error."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from soundpost_web.pages.catalogue import Catalogue

STATIC = Path(__file__).with_name("static")
_TEMPLATES = Path(__file__).with_name("templates")


class Renderer:
    """Templates and texts.

    Args:
        text: The texts.

    Attributes:
        text: The texts.
    """

    def __init__(self, text: Catalogue) -> None:
        self.text = text
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            t=text, language=text.language, static=static_address, query=query
        )

    def render(self, template: str, **values: object) -> str:
        """Returns a template with values."""
        return self._environment.get_template(template).render(values)


@cache
def static_address(name: str) -> str:
    """Returns the address of a static file, which changes with its content."""
    stamp = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{stamp}"


def query(values: Iterable[tuple[str, object]] = (), **more: object) -> str:
    """Returns the query of an address, without empty values."""
    pairs = [*values, *more.items()]
    return urlencode([(name, str(value)) for name, value in pairs if value not in (None, "")])
