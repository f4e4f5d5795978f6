"""The notifications of a source's process: a socket that only this process can use."""

import os
import secrets
import socket
import struct
from collections.abc import Iterator

_LONGEST_BYTES = 4_096
"""A notification has a few lines; systemd accepts as much (NOTIFY_BUFFER_MAX, PIPE_BUF)."""
_MOST_AT_ONCE = 32
"""A process that floods its socket must not keep the supervisor from the others."""
_CREDENTIALS = struct.Struct("iii")
"""struct ucred of unix(7): process, user and group."""


class NotificationSocket:
    """Receives the notifications of one process, as sd_notify(3) sends them.

    The socket has an abstract name, so that no file is left behind. Any process of the machine can
    send to such a name; the kernel names the sender, and all but the expected one are ignored.

    Attributes:
        address: The value of `$NOTIFY_SOCKET`.
    """

    def __init__(self) -> None:
        name = f"soundpost-{os.getpid()}-{secrets.token_hex(8)}"
        self.address = f"@{name}"
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_UNIX, kind)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(f"\0{name}")

    def fileno(self) -> int:
        """Returns the descriptor, for a selector."""
        return self._socket.fileno()

    def receive(self, pid: int | None) -> Iterator[dict[str, str]]:
        """Yields the assignments of each waiting notification, such as `{"READY": "1"}`.

        Args:
            pid: The process whose notifications count; all others are dropped, those of an earlier
                process of the source too.
        """
        for _ in range(_MOST_AT_ONCE):
            try:
                datagram, ancillary, _flags, _sender = self._socket.recvmsg(
                    _LONGEST_BYTES, socket.CMSG_SPACE(_CREDENTIALS.size)
                )
            except BlockingIOError:
                return
            if pid is not None and _sender_of(ancillary) == pid:
                lines = datagram.decode(errors="replace").splitlines()
                yield dict(line.split("=", 1) for line in lines if "=" in line)

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()


def _sender_of(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    """Returns the process id of the sender, as the kernel states it."""
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid: int = _CREDENTIALS.unpack(content[: _CREDENTIALS.size])[0]
            return pid
    return None
