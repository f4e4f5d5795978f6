"""Makes bundles of foreign models: inspects, measures, writes."""

from soundpost.importer.import_model import import_model
from soundpost.importer.options import (
    ImportOptions,
    LabelOptions,
    Origin,
    OutputOptions,
    RangeOptions,
    SoundOptions,
    Target,
)
from soundpost.importer.report import (
    ImportReport,
    describe_groups,
    describe_input,
    describe_noisy,
    describe_output,
)

__all__ = [
    "ImportOptions",
    "ImportReport",
    "LabelOptions",
    "Origin",
    "OutputOptions",
    "RangeOptions",
    "SoundOptions",
    "Target",
    "describe_groups",
    "describe_input",
    "describe_noisy",
    "describe_output",
    "import_model",
]
