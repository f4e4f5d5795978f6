"""Reads the labels of a foreign model, and gives each a name that topics and files can have."""

from soundpost.importer.labels.groups import LabelGroup, find_groups, read_groups
from soundpost.importer.labels.read import labels_of, read_labels
from soundpost.importer.labels.slugs import Names, slug, unique_slugs

__all__ = [
    "LabelGroup",
    "Names",
    "find_groups",
    "labels_of",
    "read_groups",
    "read_labels",
    "slug",
    "unique_slugs",
]
