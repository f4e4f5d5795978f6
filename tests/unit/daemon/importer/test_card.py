"""The model card of an imported bundle."""

from pathlib import Path

import msgspec
import numpy as np
from named_bundle import write_named_bundle

from soundpost.importer.card import model_card
from soundpost.importer.noise import Noise, NoiseScores, label_thresholds
from soundpost.importer.report import ImportReport, noisy_labels
from soundpost.manifest import read_manifest

SCORES = [
    NoiseScores(Noise("silence", -120), 1, np.array([0.0, 0.01, 0.02]), np.zeros(3)),
    NoiseScores(Noise("white", -34), 200, np.array([0.04, 0.64, 0.97]), np.zeros(3)),
]


def report(folder: Path, licence: str = "CC BY 4.0") -> ImportReport:
    """Returns the findings of an import of a tiny bundle."""
    manifest = read_manifest(write_named_bundle(folder))
    training = msgspec.structs.replace(manifest.training, licence=licence, attribution="")
    manifest = msgspec.structs.replace(manifest, training=training)
    return ImportReport(
        folder=folder,
        manifest=manifest,
        activation="logits: outputs from -9 to 1",
        label_source="labels.txt",
        measured=SCORES,
        noisy=noisy_labels(manifest.label_names, label_thresholds(SCORES, 0.5)),
        notes=["labels with the name of another have a number: Dog"],
    )


def test_the_card_has_origin_input_and_what_noise_scores(tmp_path: Path) -> None:
    """The labels with the highest scores first."""
    card = model_card(report(tmp_path / "owls"))
    assert card.startswith("# owls 1.0.0\n")
    for line in (
        "- Licence: CC BY 4.0",
        "- Attribution: none stated",
        "- Labels: 3 from labels.txt, groups: owls 1",
        "- labels with the name of another have a number: Dog",
        "| silence | 1 | hum 0.020, pica_pica 0.010, tawny_owl 0.000 |",
        "| white noise at -34 dBFS | 200 | hum 0.970, pica_pica 0.640, tawny_owl 0.040 |",
        "| hum | 0.97 in white noise at -34 dBFS; off by default |",
        "| pica_pica | 0.64 in white noise at -34 dBFS; threshold 0.75 |",
        "The threshold of all other labels is 0.5.",
    ):
        assert f"{line}\n" in card, line


def test_texts_of_a_user_stay_in_their_line(tmp_path: Path) -> None:
    """A line break would begin another element, an escape code would reach a terminal."""
    card = model_card(report(tmp_path / "owls", licence="free\n\n# Certified\x1b[31m"))
    assert "- Licence: free # Certified\\x1b[31m\n" in card
