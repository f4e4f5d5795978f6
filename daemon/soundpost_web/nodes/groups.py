"""The groups by which events are filtered, from installed bundles and the configuration."""

import logging
from collections.abc import Iterator, Mapping, Sequence

from soundpost.classify import installed_bundles
from soundpost.errors import BundleError
from soundpost.manifest import Manifest, groups_of, read_manifest

_log = logging.getLogger("soundpost.web")


def label_groups(configured: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Returns the labels of each group; a configured group replaces one of a bundle.

    Messages of nodes do not state groups. A label that two bundles count to different groups is in
    both.

    Args:
        configured: The labels of the groups of the configuration.
    """
    groups: dict[str, dict[str, None]] = {}
    for manifest in _manifests():
        for name, labels in groups_of(manifest.labels).items():
            groups.setdefault(name, {}).update(dict.fromkeys(labels))
    found = {name: list(labels) for name, labels in groups.items()}
    return found | {name: list(labels) for name, labels in configured.items()}


def installed_names() -> list[str]:
    """Returns the labels of installed bundles, with their common and scientific names."""
    names: dict[str, None] = {}
    for manifest in _manifests():
        for label in manifest.labels:
            texts = (label.name, label.common_name, label.scientific_name)
            names.update(dict.fromkeys(filter(None, texts)))
    return list(names)


def _manifests() -> Iterator[Manifest]:
    for folder in installed_bundles():
        try:
            yield read_manifest(folder)
        except BundleError as error:
            _log.warning("the labels of %s are left out: %s", folder, error)
