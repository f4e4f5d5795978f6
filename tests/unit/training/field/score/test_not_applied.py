"""Settings that an evaluation leaves out are named."""

from pathlib import Path

import pytest

from soundpost.config import load_config
from soundpost_training.field.score.not_applied import settings_note


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[decide]\non_threshold = 0.4\n", ""),
        ("[decide]\nconfounders = []\nlasting_minutes = 0\n", ""),
        ("[decide]\nlasting_minutes = 5\n", "lasting_minutes"),
        ('[decide.labels.dog]\nconfounders = ["cat"]\n', "confounders"),
        ('[[decide.schedules]]\nfrom = "08:00"\nto = "18:00"\n', "schedules"),
        ('[[models]]\nbundle = "esc50"\n[models.decide]\non_threshold = 0.4\n', "models"),
    ],
)
def test_what_is_set_and_not_applied_is_named(tmp_path: Path, text: str, expected: str) -> None:
    """Somebody who mutes a label at night would wonder about its events."""
    path = tmp_path / "soundpost.toml"
    path.write_text(text)
    note = f"settings that were not applied: {expected}" if expected else ""
    assert settings_note(load_config(path, {})) == note
