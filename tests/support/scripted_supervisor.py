"""A supervisor in a process of its own, whose sources are scripted ones.

Usage: scripted_supervisor.py CONFIG FOLDER. Its sources write to FOLDER, see scripted_source.py.
"""

import signal
import sys
from pathlib import Path

from soundpost.config import LiveConfig, load_config
from soundpost.errors import SoundpostError
from soundpost.supervisor.launcher import Launcher
from soundpost.supervisor.phase import Limits
from soundpost.supervisor.signal_queue import SignalQueue
from soundpost.supervisor.supervise import Supervisor
from soundpost.system.journal import begin_log
from soundpost.system.systemd import Notifier, state_directory

SCRIPT = Path(__file__).with_name("scripted_source.py")
LIMITS = Limits(
    watchdog_seconds=8.0, start_seconds=8.0, turn_seconds=4.0, abort_seconds=1.0, stop_seconds=3.0
)
"""Long enough for a steady source on a busy machine, and short enough for a test."""


def main(config: str, folder: str) -> int:
    """Supervises until a signal; returns the exit status, 3 for a single source that follows."""
    begin_log()
    signal.signal(signal.SIGHUP, lambda *_: None)
    launcher = Launcher(LIMITS.watchdog_seconds, (sys.executable, str(SCRIPT), folder))
    try:
        live_config = LiveConfig(load_config, Path(config), state_directory())
        with SignalQueue() as signals:
            supervisor = Supervisor(live_config, launcher, LIMITS, Notifier.from_environment())
            try:
                return 3 if supervisor.run(signals) else 0
            finally:
                supervisor.close()
    except SoundpostError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
