"""Metrics as text and over HTTP."""

import socket
import urllib.request
from collections.abc import Iterator

import pytest

from soundpost.errors import MetricsError
from soundpost.metrics.exposition import CounterMetricFamily, Exposition, GaugeMetricFamily


@pytest.fixture
def exposition() -> Iterator[Exposition]:
    """Provides an exposition that is closed at the end."""
    made = Exposition()
    yield made
    made.close()


def get(port: int) -> str:
    """Returns the answer of the endpoint."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        content: bytes = answer.read()
    return content.decode()


def test_a_counter_has_no_created_series(exposition: Exposition) -> None:
    """The name of a counter ends in `_total`, and nothing else is added to it."""
    exposition.show([CounterMetricFamily("soundpost_windows_total", "Windows.", 3)])
    assert exposition.render().decode().splitlines() == [
        "# HELP soundpost_windows_total Windows.",
        "# TYPE soundpost_windows_total counter",
        "soundpost_windows_total 3.0",
    ]


def test_a_scrape_returns_the_set_that_was_shown_last(exposition: Exposition) -> None:
    """The same text as in the file; nothing before the first set."""
    port = exposition.serve("127.0.0.1", 0)
    assert get(port) == ""
    for value in (1, 2):
        exposition.show([GaugeMetricFamily("soundpost_process_threads", "Threads.", value)])
        assert get(port) == exposition.render().decode()
    assert "soundpost_process_threads 2.0" in get(port)


def test_an_address_in_use_is_an_error_with_a_hint(exposition: Exposition) -> None:
    """The message has the address, the hint the document."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(MetricsError, match=f"cannot be served at 127.0.0.1:{port}") as caught:
            exposition.serve("127.0.0.1", port)
    assert "docs/METRICS.md" in caught.value.hint


def test_a_closed_endpoint_frees_its_address(exposition: Exposition) -> None:
    """Its thread has ended too, so a reload can serve there again."""
    port = exposition.serve("127.0.0.1", 0)
    exposition.close()
    assert exposition.serve("127.0.0.1", port) == port
