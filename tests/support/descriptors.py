"""A process whose file descriptors have run out."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MOST_DESCRIPTORS = 256


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Takes all descriptors that this process may open (EMFILE), until the end of the context."""
    before, ceiling = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_DESCRIPTORS, ceiling))
    try:
        with suppress(OSError):
            while True:
                taken.append(os.dup(0))
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, ceiling))
