"""The process that runs a foreign model: `python -m soundpost.importer.runtime.process`.

Reads requests from stdin and writes replies to stdout. A model that crashes the runtime, that never
ends or takes all memory ends this process, and nothing else.
"""

import os
import resource
import sys
from typing import IO

import msgspec

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.runtime import ModelRuntime
from soundpost.errors import BundleError
from soundpost.importer.runtime.messages import (
    LoadRequest,
    Reply,
    Request,
    array_messages,
    framed,
    read_message,
)

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def main(arguments: list[str]) -> int:
    """Answers requests until stdin ends; returns the exit status.

    Args:
        arguments: The largest address space in bytes, and the processor seconds of a request.
    """
    memory_bytes, request_seconds = map(int, arguments)
    requests = os.fdopen(os.dup(_STDIN), "rb")
    replies = os.fdopen(os.dup(_STDOUT), "wb")
    os.dup2(_STDERR, _STDOUT)  # native code prints to stdout too
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    _serve(requests, replies, request_seconds)
    return 0


def _serve(requests: IO[bytes], replies: IO[bytes], request_seconds: int) -> None:
    runtime: ModelRuntime | None = None
    while content := read_message(requests):
        request = msgspec.msgpack.decode(content, type=Request)
        _limit_processor_time(request_seconds)
        try:
            if isinstance(request, LoadRequest):
                runtime = _open_runtime(request)
                reply = Reply(tensors=[runtime.input, *runtime.outputs])
            elif runtime is not None:
                outputs = runtime.run(request.values.array(), request.positions)
                reply = Reply(arrays=array_messages(outputs))
            else:
                reply = Reply(error="no model is loaded", hint="load one first")
        except BundleError as error:
            reply = Reply(error=str(error), hint=error.hint)
        except MemoryError:
            reply = Reply(error="the model needs more memory than it may take", hint="")
        except ValueError as error:  # from the runtime: an input of another shape or type
            reply = Reply(error=str(error).partition("\n")[0], hint="")
        replies.write(framed(reply))
        replies.flush()


def _open_runtime(request: LoadRequest) -> ModelRuntime:
    if request.runtime == "tflite":
        return Interpreter(request.model, input_shape=request.input_shape)
    # Only for such a model: the module is of use with an extra alone.
    from soundpost.classify.onnx_interpreter import OnnxInterpreter  # noqa: PLC0415 - see above

    return OnnxInterpreter(request.model)


def _limit_processor_time(seconds: int) -> None:
    """Lets the kernel end the process (SIGXCPU) if the next request takes longer."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
