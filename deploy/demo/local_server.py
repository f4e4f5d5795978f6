"""Servers of the demonstration on loopback: a free port, and the wait until one answers there."""

import socket
import subprocess
import time


def free_port() -> int:
    """Returns a TCP port of loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Waits for a server; returns whether it accepts connections.

    Args:
        port: Its port.
        process: Its process; if that ends, there is nothing to wait for.
        seconds: The longest wait.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return True
    return False
