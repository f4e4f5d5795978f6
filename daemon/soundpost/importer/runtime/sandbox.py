"""Runs a foreign model in a process of its own: any failure in it becomes one error."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import msgspec
from numpy.typing import NDArray

from soundpost.errors import BundleImportError
from soundpost.importer.runtime.limits import Limits
from soundpost.importer.runtime.messages import (
    LARGEST_MESSAGE,
    LENGTH,
    LoadRequest,
    Reply,
    Request,
    RunRequest,
    array_message,
    framed,
)
from soundpost.importer.runtime.model_file import ModelFile
from soundpost.system.units import BYTES_PER_MEGABYTE

_END_SECONDS = 5.0
"""For the process to end by itself; it is killed then."""
_READ_BYTES = 1 << 20
_STDERR_BYTES = 4_000


class Sandbox:
    """A foreign model, loaded in a process of its own; to be used in a `with` statement.

    Args:
        model: The model.
        input_shape: Sizes of the input where the file leaves some open; None for those of the file.
        limits: What the process may take.

    Attributes:
        limits: What the process may take; the time counts for the next request.
        input: The input, as the runtime reports it.
        outputs: The outputs, in the order of the model.

    Raises:
        BundleImportError: The runtime refuses the model, crashes, hangs, or takes too much memory.
    """

    def __init__(
        self,
        model: ModelFile,
        input_shape: Sequence[int] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._name = model.path.name
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._process = self._start()
        try:
            shape = None if input_shape is None else list(input_shape)
            reply = self._request(LoadRequest(model.runtime, model.content, shape), "load")
        except BaseException:
            self.close()
            raise
        self.input = reply.tensors[0]
        self.outputs = tuple(reply.tensors[1:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process that runs the model."""
        return self._process.pid

    def run(self, values: NDArray[Any], positions: Sequence[int]) -> list[NDArray[Any]]:
        """Returns the outputs at some positions for an input.

        Args:
            values: An array of the input's type and shape.
            positions: Of the outputs.

        Raises:
            BundleImportError: The runtime fails, crashes, hangs, or takes too much memory.
        """
        reply = self._request(RunRequest(array_message(values), list(positions)), "run")
        return [message.array() for message in reply.arrays]

    def close(self) -> None:
        """Ends the process; it is killed if it does not end by itself."""
        with suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()
        self._stderr.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        limits = [str(self.limits.memory_bytes), str(self.limits.processor_seconds)]
        process = subprocess.Popen(  # noqa: S603 - this Python, and a module of this package
            [sys.executable, "-P", "-m", "soundpost.importer.runtime.process", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both are pipes")
        self._stdin, self._stdout = process.stdin, process.stdout
        return process

    def _request(self, request: Request, action: str) -> Reply:
        """Sends a request and returns its reply, within the time that is allowed for it."""
        deadline = time.monotonic() + self.limits.wall_seconds
        try:
            self._stdin.write(framed(request))
            self._stdin.flush()
            (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
            if length > LARGEST_MESSAGE:
                raise self._failure(action, f"it replied with {length} bytes")
            reply = msgspec.msgpack.decode(self._read(length, deadline), type=Reply)
        except TimeoutError as error:
            self._process.kill()
            waited = f"it took longer than {self.limits.wall_seconds:g} s"
            raise self._failure(action, waited) from error
        except (BrokenPipeError, EOFError) as error:
            raise self._failure(action, self._end_of_process()) from error
        if reply.error:
            raise BundleImportError(f"{self._name}: {reply.error}", hint=reply.hint or _HINT)
        return reply

    def _read(self, size: int, deadline: float) -> bytes:
        """Returns bytes of a reply.

        Raises:
            TimeoutError: The deadline has passed.
            EOFError: The process has ended.
        """
        parts = bytearray()
        while len(parts) < size:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([self._stdout], [], [], remaining)[0]:
                raise TimeoutError
            part = os.read(self._stdout.fileno(), min(_READ_BYTES, size - len(parts)))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def _failure(self, action: str, reason: str) -> BundleImportError:
        return BundleImportError(
            f"{self._name}: the runtime could not {action} the model: {reason}", hint=_HINT
        )

    def _end_of_process(self) -> str:
        """Returns the reason for which the process has ended."""
        self._process.wait()
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return f"it used more than {self.limits.processor_seconds} s of processor time"
        reason = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        memory = f"{self.limits.memory_bytes / BYTES_PER_MEGABYTE:.0f} MB"
        return f"it crashed ({reason}; it may take {memory}){self._last_words()}"

    def _last_words(self) -> str:
        """Returns the last line that the process wrote to stderr, with a colon before it."""
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _STDERR_BYTES))
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1].strip()}" if lines else ""


_HINT = "the file is damaged, or its model is not one that this runtime supports"
