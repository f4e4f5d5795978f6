"""The models of a source: the tables `[[models]]`, and `[classify]` with `[decide]` for one."""

from soundpost.config.models.forms import SHORT_FORM, merge_flags
from soundpost.config.models.table import MOST_MODELS, ClassifyConfig, ModelConfig

__all__ = [
    "MOST_MODELS",
    "SHORT_FORM",
    "ClassifyConfig",
    "ModelConfig",
    "merge_flags",
]
