"""Makes bundles of foreign models: inspects, measures, writes.

Only the options are imported here, because the command line of every command, `run` too, shows
their defaults: the other modules, with numpy's random numbers, would make its start longer.
"""

from soundpost.importer.options import (
    ImportOptions,
    LabelOptions,
    Origin,
    OutputOptions,
    RangeOptions,
    SoundOptions,
    Target,
)

__all__ = [
    "ImportOptions",
    "LabelOptions",
    "Origin",
    "OutputOptions",
    "RangeOptions",
    "SoundOptions",
    "Target",
]
