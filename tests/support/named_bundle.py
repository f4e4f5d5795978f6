"""A bundle whose labels have names, as an import gives them, for tests."""

import shutil
from pathlib import Path

import msgspec

from soundpost.manifest import MANIFEST_FILE, read_manifest

TINY = Path(__file__).resolve().parents[1] / "golden" / "tiny-float"


def write_named_bundle(folder: Path) -> Path:
    """Writes a tiny bundle of a tawny owl, a magpie and hum, which is off; returns the folder."""
    shutil.copytree(TINY, folder)
    manifest = read_manifest(folder)
    replace = msgspec.structs.replace
    owl, magpie, hum = manifest.labels
    labels = [
        replace(
            owl,
            name="tawny_owl",
            common_name="Tawny Owl",
            scientific_name="Strix aluco",
            group="owls",
        ),
        replace(
            magpie,
            name="pica_pica",
            common_name="Сорока",
            scientific_name="Pica pica",
            on_threshold=0.75,
            noise_score=0.64,
        ),
        replace(
            hum, name="hum", on_threshold=1.0, noise_score=0.97, off_by_default="missed_budget"
        ),
    ]
    named = replace(manifest, id=folder.name, labels=labels, minimum_daemon="0.3.0", language="en")
    (folder / MANIFEST_FILE).write_bytes(msgspec.json.encode(named))
    return folder
