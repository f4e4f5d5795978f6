"""A TCP proxy that cuts connections after some bytes, as a bad radio link does."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence


class CuttingProxy:
    """Forwards connections to a port; cuts the first ones, and leaves later ones alone.

    Args:
        port: The target port, on loopback.
        bytes_until_cut: For each of the first connections, the bytes that the client can send
            before both sides are cut, perhaps in the middle of a message.
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
        """Cuts all connections and stops."""
        _cut(self._listener)
        for end in self._ends:
            _cut(end)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self._target))
            self._ends += [client, server]
            budget = next(self._budgets, None)
            for source, target, limit in [(client, server, budget), (server, client, None)]:
                thread = threading.Thread(
                    target=_forward, args=(source, target, limit), daemon=True
                )
                self._threads.append(thread)
                thread.start()


def _forward(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    with contextlib.suppress(OSError):
        while (limit is None or limit > 0) and (data := source.recv(4096)):
            forwarded = data[:limit]
            target.sendall(forwarded)
            limit = None if limit is None else limit - len(forwarded)
    _cut(source)
    _cut(target)


def _cut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextlib.contextmanager
def cutting_proxy(port: int, bytes_until_cut: Sequence[int]) -> Iterator[CuttingProxy]:
    """Provides a proxy until the end of the context."""
    proxy = CuttingProxy(port, bytes_until_cut)
    try:
        yield proxy
    finally:
        proxy.close()
