"""A line to a broker that breaks after so many bytes, as a bad radio link does."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence


class CutLine:
    """Passes connections on to a port; the first ones are cut, the later ones are not.

    Args:
        port: Where the line leads, on loopback.
        bytes_until_cut: For each of the first connections, the bytes that the caller gets
            through before both ends are cut, in the middle of a message if it so falls.
    """

    def __init__(self, port: int, bytes_until_cut: Sequence[int]) -> None:
        self._target = port
        self._budgets = iter(bytes_until_cut)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self._threads[0].start()

    def close(self) -> None:
        """Cut everything and stop."""
        _cut(self._listener)
        for end in self._ends:
            _cut(end)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            called = socket.create_connection(("127.0.0.1", self._target))
            self._ends += [caller, called]
            budget = next(self._budgets, None)
            for source, target, limit in [(caller, called, budget), (called, caller, None)]:
                thread = threading.Thread(target=_carry, args=(source, target, limit), daemon=True)
                self._threads.append(thread)
                thread.start()


def _carry(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    with contextlib.suppress(OSError):
        while (limit is None or limit > 0) and (data := source.recv(4096)):
            passed = data[:limit]
            target.sendall(passed)
            limit = None if limit is None else limit - len(passed)
    _cut(source)
    _cut(target)


def _cut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextlib.contextmanager
def cut_line(port: int, bytes_until_cut: Sequence[int]) -> Iterator[CutLine]:
    """A line that lives as long as the context."""
    line = CutLine(port, bytes_until_cut)
    try:
        yield line
    finally:
        line.close()
