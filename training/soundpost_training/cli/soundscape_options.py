"""Command-line options of the verbs that work on soundscapes."""

import argparse
from pathlib import Path

VERBS = {
    "soundscape": "Compose hours of sound from the clips of one fold, with their ground truth.",
    "tune": "Compare decision settings and thresholds, on soundscapes of folds trained on.",
    "gates": "Measure the processor time that each gate saves and the sounds it loses.",
}


def add_flags(parser: argparse.ArgumentParser, verb: str) -> None:
    """Adds the options of a verb; `evaluate` has others as well."""
    if verb == "soundscape":
        parser.add_argument("--fold", type=int, required=True, help="the fold whose clips are used")
        parser.add_argument("--seed", type=int, required=True, help="seed of everything drawn")
        parser.add_argument("--hours", type=float, default=2.0, help="with all labels (default 2)")
        parser.add_argument(
            "--negative-hours", type=float, default=4.0, help="without security labels (default 4)"
        )
        parser.add_argument(
            "--pause", type=float, default=10.0, help="mean seconds between sounds (default 10)"
        )
        parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    if verb == "tune":
        parser.add_argument(
            "--soundscape",
            type=Path,
            nargs="+",
            required=True,
            help="soundscapes of folds that the bundle was trained on",
        )
        parser.add_argument(
            "--run", type=Path, required=True, help="the run that has a network for each fold"
        )
        parser.add_argument("--bundle", type=Path, required=True, help="for its manifest")
        parser.add_argument("--out", type=Path, required=True, help="JSON file of all candidates")
    if verb == "gates":
        parser.add_argument(
            "--soundscape", type=Path, required=True, help="the soundscape to run on"
        )
        parser.add_argument("--bundle", type=Path, required=True, help="the bundle's folder")
    if verb == "evaluate":
        parser.add_argument("--soundscape", type=Path, help="score a bundle on this soundscape")
        parser.add_argument("--bundle", type=Path, help="the bundle's folder")
        parser.add_argument(
            "--settings", type=Path, help="a soundpost.toml, whose [decide] is evaluated"
        )
        parser.add_argument("--out", type=Path, help="folder of the report (default: SOUNDSCAPE)")
        parser.add_argument(
            "--no-peer", action="store_true", help="leave out the comparison with YAMNet"
        )
