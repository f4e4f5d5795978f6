"""The processor of a machine, from samples of /proc/cpuinfo."""

import platform
from pathlib import Path

import pytest

from soundpost.cli.processor import INT8_INSTRUCTIONS, Processor

XEON = (
    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 143\nmodel name\t: Intel(R) Xeon(R)\n"
    "flags\t\t: fpu sse2 avx2 avx512f avx_vnni avx512_vnni amx_tile\nbugs\t\t: spectre_v1\n\n"
)
EPYC = (
    "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel\t\t: 1\n"
    "model name\t: AMD EPYC 7763 64-Core Processor\nflags\t\t: fpu sse2 avx2\n\n"
)
PI = (
    "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\n"
    "CPU part\t: 0xd08\n\nRevision\t: d03114\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n"
)


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        (2 * XEON, "Intel(R) Xeon(R) with int8 dot products (avx512_vnni, avx_vnni)"),
        (EPYC, "AMD EPYC 7763 64-Core Processor without int8 dot products"),
        (PI, "Raspberry Pi 4 Model B Rev 1.4 without int8 dot products"),
        (
            PI.replace("Pi 4", "Pi 5").replace("asimd ", "asimd asimddp "),
            "Raspberry Pi 5 Model B Rev 1.4 with int8 dot products (asimddp)",
        ),
        ("nothing known\n", f"{platform.machine()} without int8 dot products"),
    ],
)
def test_a_processor_has_a_name_and_its_int8_instructions(
    tmp_path: Path, cpuinfo: str, expected: str
) -> None:
    """Flags of x86-64 and features of ARM are both read."""
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    assert str(Processor.read(tmp_path / "cpuinfo")) == expected


def test_without_the_file_the_architecture_is_the_name(tmp_path: Path) -> None:
    """A sandbox may hide it."""
    assert Processor.read(tmp_path / "cpuinfo") == Processor(platform.machine(), ())


def test_this_machine_has_a_processor() -> None:
    """The real file has the format of the samples."""
    processor = Processor.read()
    assert processor.name
    assert set(processor.int8_instructions) <= INT8_INSTRUCTIONS
