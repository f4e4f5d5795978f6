"""The settings of a run over an archive."""

import pytest
from sample_archive import write_models

from soundpost.archive.settings import AnalysisSettings
from soundpost.classify.model import load_models
from soundpost.config import load_config
from soundpost.decide import build_rules


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> AnalysisSettings:
    """Provides the settings of one tiny model."""
    config = load_config(write_models(tmp_path_factory.mktemp("models"), "low"), {})
    (manifest,) = (model.bundle.manifest for model in load_models(config.all_models))
    (model,) = config.all_models
    rules = build_rules(manifest.labels, model.decide, manifest.input.sample_rate_hz)
    return AnalysisSettings(config, [rules])
