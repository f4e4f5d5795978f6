"""TCP servers that speak no protocol: the same bytes to every client, at once or one by one."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def trickling_server(first: bytes) -> Iterator[str]:
    """Provides the URL of a server that sends some bytes, and then one at a time."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while not is_over.is_set():
                    client, _ = listener.accept()
                    with client, contextlib.suppress(OSError):
                        client.recv(4096)
                        client.sendall(first)
                        while not is_over.wait(0.05):
                            client.sendall(b"\1")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"mqtt://127.0.0.1:{listener.getsockname()[1]}"
        is_over.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@contextlib.contextmanager
def scripted_server(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Provides a TCP server that sends the same bytes to every client, and closes."""
    accepted: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with client, contextlib.suppress(OSError):
                        accepted.append(client.recv(4096))
                        client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], accepted
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
