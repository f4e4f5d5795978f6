"""Finds bundles: by a path, or by name in the folders of models."""

import os
from collections.abc import Iterator
from pathlib import Path

from soundpost.errors import BundleError, nearest
from soundpost.manifest import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE

MODELS_VARIABLE = "SOUNDPOST_MODELS"
SYSTEM_MODELS = Path("/usr/share/soundpost/models")
_PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = _PACKAGE.parent.parent


def find_bundle(name_or_path: str) -> Path:
    """Finds the folder of a bundle.

    Args:
        name_or_path: A folder, if it has a slash (`./mine`, `~/mine`, `/srv/mine`) or is `.`. Else
            a name that is looked up in $SOUNDPOST_MODELS, in the models that came with
            soundpost, and in /usr/share/soundpost/models.

    Raises:
        BundleError: There is no such folder; the message lists the places that were searched.
    """
    if "/" in name_or_path or name_or_path in {".", ".."}:
        # Not Path.expanduser, which raises for an unknown user.
        places = [Path(os.path.expanduser(name_or_path))]  # noqa: PTH111 - see above
    else:
        places = [models / name_or_path for models in _model_folders() if name_or_path]
    for place in places:
        if _is_folder(place):
            return place
    looked = ", ".join(map(str, places)) or "nowhere"
    raise BundleError(
        f"no bundle {name_or_path!r}: looked for {looked}", hint=_hint(name_or_path, Path(looked))
    )


def installed_bundles() -> Iterator[Path]:
    """Yields the folders that `find_bundle` finds by name, by name; each name once."""
    folders: dict[str, Path] = {}
    for models in _model_folders():
        if _is_folder(models):
            for folder in models.iterdir():
                if (folder / MANIFEST_FILE).is_file():
                    folders.setdefault(folder.name, folder)
    for name in sorted(folders):
        yield folders[name]


def _model_folders() -> list[Path]:
    chosen = os.environ.get(MODELS_VARIABLE)
    folders = [Path(chosen)] if chosen else []
    folders.append(_PACKAGE / "models")
    if (_CHECKOUT / "pyproject.toml").is_file():
        folders.append(_CHECKOUT / "models")
    return [*folders, SYSTEM_MODELS]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that is too long, or cannot be read
        return False


def _hint(name: str, place: Path) -> str:
    """Returns the remedy for a bundle that was not found."""
    here = place if "/" in name else Path(name)
    # A file of a bundle was given, or a model that has no bundle.
    if here.suffix in {".tflite", ".json", ".npz"} or _is_file(here):
        if _is_file(here.parent / MANIFEST_FILE):
            folder = f"{here.parent}/" if "/" in str(here.parent) else f"./{here.parent}"
            return f"a bundle is a folder; give the one of this file: {folder}"
        return (
            f"a bundle is a folder with {MANIFEST_FILE}, {MODEL_FILE} and {GOLDEN_FILE}, because a "
            "model alone does not say how its input is made: export it with `soundpost-train "
            "export`, or see `soundpost bundles`"
        )
    near = nearest(
        name.lower().rstrip("/").rpartition("/")[2], [path.name for path in installed_bundles()]
    )
    if "/" not in name and _is_folder(Path(name)):
        return f"did you mean ./{name}? A folder has a slash in it; a name has none"
    if near:
        return f"did you mean {near}? `soundpost bundles` lists the names"
    return (
        "`soundpost bundles` lists the names; give a folder with a slash in it (./NAME), or set "
        f"{MODELS_VARIABLE} to the folder that holds it"
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or cannot be read
        return False
