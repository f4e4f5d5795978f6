"""The processor: its name, and its instructions for sums of int8 products.

An int8 network runs two to three times as fast where the processor multiplies int8 and adds the
products in one instruction: VNNI and AMX on x86-64, the dot product of ARMv8.2 on ARM. So a figure
of speed is stated together with the kind of processor.
"""

import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

INT8_INSTRUCTIONS = frozenset(
    {"amx_int8", "asimddp", "avx512_vnni", "avx_vnni", "avx_vnni_int8", "i8mm"}
)
"""Their names among the flags of Linux; a Pi 5 has asimddp, a Pi 4 none."""

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor.

    Attributes:
        name: Its name, or that of the board, or its architecture.
        int8_instructions: Its instructions for sums of int8 products, sorted.
    """

    name: str
    int8_instructions: tuple[str, ...]

    @classmethod
    def read(cls, cpuinfo: Path = _CPUINFO) -> Self:
        """Reads the processor of this machine; without the file, only its architecture is known."""
        try:
            text = cpuinfo.read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        fields = dict(re.findall(r"^([^\t:]+)\s*:[ \t]*(.*)$", text, re.MULTILINE))
        present = set(f"{fields.get('flags', '')} {fields.get('Features', '')}".split())
        name = fields.get("model name") or fields.get("Model") or platform.machine()
        return cls(name.strip(), tuple(sorted(present & INT8_INSTRUCTIONS)))

    def __str__(self) -> str:
        if self.int8_instructions:
            return f"{self.name} with int8 dot products ({', '.join(self.int8_instructions)})"
        return f"{self.name} without int8 dot products"
