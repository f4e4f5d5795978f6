"""The corpus of inputs found by fuzzing, one archive for each target."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).with_name("corpus")
MOST_BYTES = 50_000
"""Size limit of an archive in the repository: the smallest inputs are stored first."""


def read(target: str) -> dict[str, bytes]:
    """Returns the inputs of a target by their names; empty if there is no archive."""
    path = FOLDER / f"{target}.zip"
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(target: str, inputs: list[bytes]) -> int:
    """Stores the smallest inputs, reproducibly; returns their number."""
    stored = sorted(set(inputs), key=lambda data: (len(data), data))
    while len(content := _archive(stored)) > MOST_BYTES:
        stored = stored[: len(stored) * 9 // 10]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{target}.zip").write_bytes(content)
    return len(stored)


def _archive(inputs: list[bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for data in inputs:
            # The date of an entry is always 1980, so that archives are reproducible.
            entry = zipfile.ZipInfo(sha256(data).hexdigest()[:16])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return file.getvalue()
