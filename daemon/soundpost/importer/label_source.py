"""The source of a foreign model's labels: a file, or the metadata of the model."""

from pathlib import Path

from soundpost.errors import BundleImportError
from soundpost.importer.labels import Names, labels_of, read_labels
from soundpost.importer.runtime import ModelFile
from soundpost.manifest.schema import MOST_LABELS


def find_labels(model: ModelFile, file: Path | None) -> tuple[list[Names], str]:
    """Returns the labels of a model, and the name of the file that has them.

    Args:
        model: The model.
        file: The label file; None for the label map that the model carries.

    Raises:
        BundleImportError: There are none, several label maps, or too many labels.
    """
    if file is not None:
        labels, source = read_labels(file), file.name
    else:
        maps = model.metadata.label_maps
        if len(maps) != 1:
            carried = f"it carries {len(maps)}: {', '.join(maps)}" if maps else "it carries none"
            raise BundleImportError(
                f"--labels is needed: expected a model that carries one label map, {carried}",
                hint="give the label file that was published with the model: --labels FILE",
            )
        ((name, content),) = maps.items()
        labels, source = labels_of(content, name), f"{name} in the model's metadata"
    if len(labels) > MOST_LABELS:
        raise BundleImportError(
            f"expected at most {MOST_LABELS} labels, got {len(labels)}",
            hint="is this the label file? It has a label in each line",
        )
    return labels, source


def doubles(names: list[Names]) -> list[str]:
    """Returns the names that several labels have, as people read them."""
    seen: set[Names] = set()
    double = []
    for name in names:
        if name in seen:
            double.append(name.common or name.scientific or "")
        seen.add(name)
    return double
