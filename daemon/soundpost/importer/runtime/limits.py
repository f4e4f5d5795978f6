"""Limits of the process that runs a foreign model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The memory and the time that the process of a foreign model may take.

    Attributes:
        memory_bytes: Its address space. BirdNET's takes 250 MB, a third of which is Python.
        processor_seconds: Of a request: loading the model, or a window.
        wall_seconds: Of a request, on a machine that does other work too.
    """

    memory_bytes: int = 2_000_000_000
    processor_seconds: int = 60
    wall_seconds: float = 180.0
