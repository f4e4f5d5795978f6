"""What fuzzing found worth trying again, one archive for each target."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).with_name("corpus")
MOST_BYTES = 50_000
"""What an archive may take in the repository: the smallest inputs go in first."""


def read(target: str) -> dict[str, bytes]:
    """The inputs of a target by their names; none when there is no archive yet."""
    path = FOLDER / f"{target}.zip"
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(target: str, inputs: list[bytes]) -> int:
    """Keep the smallest of the inputs, the same archive for the same ones; how many that were."""
    kept = sorted(set(inputs), key=lambda data: (len(data), data))
    while len(content := _archive(kept)) > MOST_BYTES:
        kept = kept[: len(kept) * 9 // 10]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{target}.zip").write_bytes(content)
    return len(kept)


def _archive(inputs: list[bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for data in inputs:
            entry = zipfile.ZipInfo(sha256(data).hexdigest()[:16])  # its date is always 1980
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return file.getvalue()
