"""Debian packages made for tests, with contents that dpkg-deb itself would not build."""

import io
import tarfile
from pathlib import Path

import numpy as np
import soundfile

COPYRIGHT = b"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 Ann Author
License: GPL-2+

Files: data/bark*.wav
Copyright: 2002 Bob Recordist
License: CC0-1.0
"""


def wav(seconds: float = 1.0, rate_hz: int = 16_000, seed: int = 0) -> bytes:
    """Returns a WAV file of noise; other seeds give other contents."""
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, int(seconds * rate_hz))
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, "PCM_16", format="WAV")
    return file.getvalue()


def make_deb(
    folder: Path,
    package: str,
    files: dict[str, bytes],
    section: str = "games",
    links: dict[str, str] | None = None,
) -> Path:
    """Writes a .deb file with these files and symbolic links, by their names in the archive."""
    control = f"Package: {package}\nVersion: 1.0-1\nArchitecture: all\nSection: {section}\n"
    control += "Maintainer: A <a@example.org>\nDescription: sounds\n"
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar": _tar({"./control": control.encode()}, {}),
        "data.tar": _tar(files, links or {}),
    }
    deb = folder / f"{package}_1.0-1_all.deb"
    deb.write_bytes(b"!<arch>\n" + b"".join(_ar_member(*part) for part in parts.items()))
    return deb


def _tar(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for name, target in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return content.getvalue()


def _ar_member(name: str, content: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
    return header.encode() + content + b"\n" * (len(content) % 2)
