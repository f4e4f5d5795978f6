"""The command line `soundpost COMMAND`: argument parser and exit status."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from soundpost import __version__
from soundpost.cli.options import add_configuration, positive_seconds, read_config, read_config_of
from soundpost.config import LiveConfig
from soundpost.errors import SoundpostError
from soundpost.system.journal import begin_log
from soundpost.system.systemd import state_directory

_log = logging.getLogger("soundpost")

_EXAMPLES = """\
examples:
  soundpost devices                      list the sound cards by name
  soundpost check --source mic:USB       try everything, one line each
  soundpost run --source mic:USB --broker mqtt://broker.local:1883
  soundpost run --config /etc/soundpost/soundpost.toml
  soundpost listen night.wav | jq .      print the detections in a recording

Every flag is also a key of the configuration file, and wins over it (docs/CONFIG.md).
Exit status: 0 done, 1 something failed, 2 wrong usage, 78 wrong configuration or bundle.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status; see `soundpost --help`."""
    options = _parser().parse_args(arguments)
    # Before numpy is imported: the matrices here are too small for a second thread, which would
    # only keep another core busy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    begin_log()
    try:
        status: int = options.command(options)
    except SoundpostError as error:
        _log.error("%s\n  hint: %s", error, error.hint)
        return error.exit_status
    except KeyboardInterrupt:
        return 128 + signal.SIGINT  # the exit status that shells expect after Ctrl-C
    except BrokenPipeError:
        # The reader of the lines has gone (`soundpost listen … | head`): end as other tools do.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="soundpost",
        description="Classifies sound in real time and publishes detections over MQTT.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"soundpost {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="detect and publish, until SIGTERM or Ctrl-C")
    add_configuration(run, "source", "channel", "pace", "broker", "node", "bundle", "evidence")
    run.set_defaults(command=_run)

    listen = commands.add_parser(
        "listen", help="print the detections in files as JSON lines; no broker"
    )
    add_configuration(listen, "channel", "node", "bundle")
    listen.add_argument("files", nargs="+", type=Path, metavar="FILE", help="WAV, FLAC, …")
    listen.set_defaults(command=_listen)

    check = commands.add_parser("check", help="try configuration, bundle, sound card and broker")
    add_configuration(check, "source", "channel", "broker", "node", "bundle")
    check.set_defaults(command=_check)

    selftest = commands.add_parser(
        "selftest", help="recognise a known sound, and publish it to the broker"
    )
    add_configuration(selftest, "broker", "node", "bundle")
    selftest.add_argument(
        "--within",
        type=positive_seconds,
        default=10.0,
        metavar="SECONDS",
        help="time from the first sample to the acknowledgement (default: 10)",
    )
    selftest.set_defaults(command=_selftest)

    watch = commands.add_parser("watch", help="show level, scores and events as they come")
    add_configuration(watch, "source", "channel", "pace", "bundle")
    watch.set_defaults(command=_watch)

    devices = commands.add_parser("devices", help="list the sound cards that can be recorded from")
    devices.add_argument(
        "--try",
        action="store_true",
        dest="trying",
        help="record from each: level, channels that carry sound, faults",
    )
    devices.set_defaults(command=_devices)

    clips = commands.add_parser("clips", help="list the stored clips, or copy them")
    add_configuration(clips, "evidence")
    clips.add_argument("--label", metavar="LABEL", help="only clips of this label")
    clips.add_argument("--export", type=Path, metavar="DIR", help="copy them to this folder")
    clips.set_defaults(command=_clips)

    bench = commands.add_parser("bench", help="measure the cost of each stage on this machine")
    add_configuration(bench, "bundle")
    bench.set_defaults(command=_bench)
    return parser


# Each command imports what it needs, so that `--help` and typing errors are answered at once.


def _run(options: argparse.Namespace) -> int:
    from soundpost import app  # noqa: PLC0415 - see above

    live_config = LiveConfig(
        lambda file: read_config_of(options, file), options.config, state_directory()
    )
    if not sys.stdin or not sys.stdin.isatty():  # a terminal sends SIGHUP when it is closed
        signal.signal(signal.SIGHUP, lambda *_: live_config.request_reload())
    while app.run(live_config):
        pass
    return 0


def _listen(options: argparse.Namespace) -> int:
    from soundpost.cli import listen  # noqa: PLC0415 - see above

    failures = listen.listen(read_config(options), options.files, sys.stdout)
    return 1 if failures else 0


def _check(options: argparse.Namespace) -> int:
    from soundpost.cli import check  # noqa: PLC0415 - see above

    return check.check(lambda: read_config(options), sys.stdout)


def _selftest(options: argparse.Namespace) -> int:
    from soundpost.cli import selftest  # noqa: PLC0415 - see above

    return selftest.selftest(lambda: read_config(options), options.within, sys.stdout)


def _watch(options: argparse.Namespace) -> int:
    from soundpost.cli.watch import watch  # noqa: PLC0415 - see above

    watch(read_config(options), sys.stdout)
    return 0


def _devices(options: argparse.Namespace) -> int:
    from soundpost.cli import devices  # noqa: PLC0415 - see above

    return devices.devices(sys.stdout, is_trying=options.trying)


def _clips(options: argparse.Namespace) -> int:
    from soundpost.cli import clips  # noqa: PLC0415 - see above

    clips.clips(read_config(options).evidence.folder, options.label, options.export, sys.stdout)
    return 0


def _bench(options: argparse.Namespace) -> int:
    from soundpost.cli import bench  # noqa: PLC0415 - see above

    bench.bench(read_config(options), sys.stdout)
    return 0
