"""Command line options of the verbs that work on soundscapes."""

import argparse
from pathlib import Path

VERBS = {
    "soundscape": "Compose hours of sound from the clips of one fold, with the ground truth.",
    "tune": "Score decision settings and thresholds on soundscapes of folds that were trained on.",
    "gates": "Measure what each gate saves in processor time and loses in detections.",
}


def add_options(parser: argparse.ArgumentParser, verb: str) -> None:
    """Adds the soundscape options of a verb; `evaluate` has them beside its other options."""
    if verb == "soundscape":
        parser.add_argument(
            "--fold", type=int, required=True, help="fold whose clips are used; hold it out"
        )
        parser.add_argument(
            "--seed", type=int, required=True, help="seed of everything that is drawn"
        )
        parser.add_argument(
            "--hours", type=float, default=2.0, help="hours with clips of all labels (default: 2)"
        )
        parser.add_argument(
            "--negative-hours",
            type=float,
            default=4.0,
            help="hours without security labels, to count false alarms in (default: 4)",
        )
        parser.add_argument(
            "--pause",
            type=float,
            default=10.0,
            help="mean seconds from one sound to the next (default: 10)",
        )
        parser.add_argument("--out", type=Path, required=True, help="folder to write them to")
    if verb == "tune":
        parser.add_argument(
            "--soundscape",
            type=Path,
            nargs="+",
            required=True,
            help="soundscapes of folds that the bundle was trained on",
        )
        parser.add_argument(
            "--run", type=Path, required=True, help="run that has a network for each fold"
        )
        parser.add_argument(
            "--bundle", type=Path, required=True, help="folder or name of the bundle"
        )
        parser.add_argument(
            "--out", type=Path, required=True, help="JSON file for the scores of all settings"
        )
        parser.add_argument(
            "--budget",
            type=float,
            metavar="PER_HOUR",
            help="false alarms an hour that each label may give: also name the labels that give "
            "more at every threshold (exit status 3)",
        )
    if verb == "gates":
        parser.add_argument("--soundscape", type=Path, required=True, help="soundscape to process")
        parser.add_argument(
            "--bundle", type=Path, required=True, help="folder or name of the bundle"
        )
    if verb == "evaluate":
        parser.add_argument(
            "--soundscape", type=Path, help="score a bundle on this soundscape instead"
        )
        parser.add_argument(
            "--field",
            type=Path,
            help="score a bundle on annotated recordings and negatives in this folder instead",
        )
        parser.add_argument("--bundle", type=Path, help="folder or name of the bundle to score")
        parser.add_argument(
            "--settings", type=Path, help="soundpost.toml with the [decide] settings to score"
        )
        parser.add_argument(
            "--out",
            type=Path,
            help="folder for the report (default: the soundscape's; none with --field)",
        )
        parser.add_argument(
            "--json", action="store_true", help="with --field: print the figures as JSON"
        )
        parser.add_argument(
            "--no-peer", action="store_true", help="do not score YAMNet for comparison"
        )
