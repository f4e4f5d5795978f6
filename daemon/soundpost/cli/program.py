"""Runs a command of the program, and ends it as other tools do."""

import argparse
import errno
import io
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial

from soundpost.cli.options import read_config, read_config_of
from soundpost.cli.parser import build_parser
from soundpost.config import LiveConfig
from soundpost.errors import SoundpostError
from soundpost.system.journal import begin_log
from soundpost.system.process.parent import end_with_parent
from soundpost.system.systemd import state_directory

_log = logging.getLogger("soundpost")


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status."""
    _prepare_output()
    try:
        try:
            options = build_parser().parse_args(arguments)
            begin_log()
            return _COMMANDS[options.command](options)
        finally:
            sys.stdout.flush()  # here, because a failure of Python's own flush is a traceback
    except SoundpostError as error:
        _log.error("%s\n  hint: %s", error, error.hint)
        return error.exit_status
    except BrokenPipeError:
        # The reader of the lines has gone (`soundpost listen … | head`): end as other tools do.
        _discard_output()
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename:
            raise
        _discard_output()
        _log.error("the output cannot be written: %s\n  hint: free space there", error.strerror)
        return 1


def _prepare_output() -> None:
    """Makes every text printable on every terminal, and opens closed standard streams.

    A closed descriptor (`2>&-`) would be given to the next file that is opened, the outbox say, and
    native libraries write their messages to descriptor 2, whatever file it is.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115 - a descriptor
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115 - a descriptor
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Lets Python's flush at the end succeed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# Each command imports what it needs, so that `--help` and typing errors are answered at once.


def _run(options: argparse.Namespace) -> int:
    end_with_parent()
    live_config = LiveConfig(
        lambda file: read_config_of(options, file), options.config, state_directory()
    )
    if not sys.stdin or not sys.stdin.isatty():  # a terminal sends SIGHUP when it is closed
        signal.signal(signal.SIGHUP, lambda *_: live_config.request_reload())
    while _run_once(live_config):
        pass
    return 0


def _run_once(live_config: LiveConfig) -> bool:
    """Runs until a signal or a reload; returns whether another configuration is to be run."""
    if live_config.config.sources:
        from soundpost.supervisor.supervise import supervise  # noqa: PLC0415 - see above

        return supervise(live_config)
    from soundpost import app  # noqa: PLC0415 - see above; a supervisor never imports it

    return app.run(live_config)


def _listen(options: argparse.Namespace) -> int:
    from soundpost.cli.listen import run  # noqa: PLC0415 - see above

    return run.run(options)


def _analyze(options: argparse.Namespace) -> int:
    from soundpost.cli.analyze import run  # noqa: PLC0415 - see above

    return run.run(options)


def _bundles(options: argparse.Namespace) -> int:
    from soundpost.cli.models.bundles import bundles  # noqa: PLC0415 - see above

    return bundles(read_config_of(options, options.config).heads, sys.stdout, is_json=options.json)


def _labels(options: argparse.Namespace) -> int:
    from soundpost.cli.models.labels import labels  # noqa: PLC0415 - see above
    from soundpost.cli.models.occurrence import this_week  # noqa: PLC0415 - see above

    week = this_week() if options.shows_range and options.week is None else options.week
    labels(read_config(options), sys.stdout, is_json=options.json, week=week)
    return 0


def _bundle(options: argparse.Namespace) -> int:
    from soundpost.cli.bundle import run  # noqa: PLC0415 - see above

    return run.run(options)


def _check(options: argparse.Namespace) -> int:
    from soundpost.cli import check  # noqa: PLC0415 - see above

    return check.check(partial(read_config_of, options, options.config), sys.stdout)


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


def _review(options: argparse.Namespace) -> int:
    from soundpost.cli.review import run  # noqa: PLC0415 - see above

    return run.run(options)


def _teach(options: argparse.Namespace) -> int:
    from soundpost.cli.teach import run  # noqa: PLC0415 - see above

    return run.run(options)


def _bench(options: argparse.Namespace) -> int:
    from soundpost.cli import bench  # noqa: PLC0415 - see above

    bench.bench(read_config(options), sys.stdout)
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "listen": _listen,
    "analyze": _analyze,
    "check": _check,
    "selftest": _selftest,
    "watch": _watch,
    "devices": _devices,
    "bundles": _bundles,
    "labels": _labels,
    "bundle": _bundle,
    "clips": _clips,
    "review": _review,
    "teach": _teach,
    "bench": _bench,
}
"""By the name of the command."""
