"""`make run`: a broker, the daemon, and the messages of a subscriber, on one screen."""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console

from broker import started_broker
from page import started_page
from scene import Scene, write_scene
from screen import Screen
from subscriber import subscribed

NODE = "demo"
STOP_SECONDS = 10.0
"""The daemon publishes its last messages for up to 5 s when it stops."""

CONSOLE = Console(highlight=False)


def main() -> int:
    """Runs the demonstration and returns the daemon's exit status."""
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="soundpost-demo-")))
        url = options.broker or stack.enter_context(started_broker(folder))
        scene = None if options.source else write_scene(folder / "scene.wav")
        source = options.source or f"wav:{folder / 'scene.wav'}"
        CONSOLE.print(_title(url, source, scene))
        page = stack.enter_context(started_page(folder, url))
        if page is not None:
            CONSOLE.print(f"The same, in a browser: [bold]{page}[/]\n")
        screen = Screen(CONSOLE, scene)
        stack.enter_context(subscribed(url, NODE, screen))
        with _daemon(url, source, options) as daemon:
            status = _wait(daemon, screen)
        screen.finish()
    if status == 0:
        CONSOLE.print("\n[bold]Processing speed[/], by soundpost bench:")
        subprocess.run(  # noqa: S603 - our own program
            [_soundpost(), "bench", *_bundle(options)], check=True
        )
        _print_next_steps(url, options)
    return status


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", metavar="mic[:NAME]|wav:PATH", help="default: a scene")
    parser.add_argument("--broker", metavar="mqtt://HOST:PORT", help="default: a new mosquitto")
    parser.add_argument("--pace", choices=["real", "fast"], default="real")
    parser.add_argument("--bundle", metavar="NAME|DIR", help="default: everyday")
    return parser.parse_args()


def _title(url: str, source: str, scene: Scene | None) -> str:
    length = f" ({scene.seconds:.0f} s, synthetic)" if scene else ""
    end = "" if source.startswith("wav:") else "  Ctrl-C ends it."
    return (
        f"[bold]Soundpost[/] classifies {source}{length} and publishes to {url}.{end}\n"
        f"Messages that a subscriber of [bold]soundpost/{NODE}/#[/] receives:\n"
    )


@contextmanager
def _daemon(
    url: str, source: str, options: argparse.Namespace
) -> Iterator["subprocess.Popen[bytes]"]:
    command = [_soundpost(), "run", "--node", NODE, "--source", source, "--broker", url]
    command += ["--pace", options.pace, *_bundle(options)]
    process = subprocess.Popen(command)  # noqa: S603 - our own program
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _wait(daemon: "subprocess.Popen[bytes]", screen: Screen) -> int:
    """Waits until the daemon ends, by itself or by Ctrl-C, and returns its exit status."""
    while daemon.poll() is None:
        try:
            screen.refresh()
            time.sleep(0.1)
        except KeyboardInterrupt:
            # The terminal has sent SIGINT to the daemon too; it closes its events and ends.
            return daemon.wait(STOP_SECONDS)
    return daemon.returncode


def _bundle(options: argparse.Namespace) -> list[str]:
    return ["--bundle", options.bundle] if options.bundle else []


def _soundpost() -> str:
    return str(Path(sys.executable).parent / "soundpost")


def _print_next_steps(url: str, options: argparse.Namespace) -> None:
    if options.source is None:
        CONSOLE.print(
            "\nWith a microphone:      make run SOURCE=mic"
            "\nWith a recording:       make run SOURCE=wav:/path/x.wav"
            "\nWith your own broker:   make run BROKER=mqtt://host:1883"
        )
    elif options.broker:
        CONSOLE.print(f"\nFrom another machine: mosquitto_sub -L {url}/soundpost/{NODE}/# -v")


if __name__ == "__main__":
    sys.exit(main())
