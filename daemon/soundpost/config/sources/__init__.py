"""The tables `[[sources]]` and `[gate]`, and the configuration of each source."""

from soundpost.config.sources.derive import apply_flags, refuse_both_forms, tables_of_source
from soundpost.config.sources.gate import GateConfig
from soundpost.config.sources.table import MOST_SOURCES, SourceConfig, only_source, refuse_ambiguous

__all__ = [
    "MOST_SOURCES",
    "GateConfig",
    "SourceConfig",
    "apply_flags",
    "only_source",
    "refuse_ambiguous",
    "refuse_both_forms",
    "tables_of_source",
]
