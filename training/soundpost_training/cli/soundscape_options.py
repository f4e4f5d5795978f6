"""The flags of everything that has to do with soundscapes."""

import argparse
from pathlib import Path

VERBS = {
    "soundscape": "Compose hours of sound from the clips of one fold, with the truth about them.",
    "tune": "Try ways to decide and thresholds, on soundscapes of folds that were trained on.",
    "gates": "Measure what each gate saves and what it loses, with the real program.",
}


def add_flags(parser: argparse.ArgumentParser, verb: str) -> None:
    """Adds the flags of a verb; those of `evaluate` are beside its own."""
    if verb == "soundscape":
        parser.add_argument("--fold", type=int, required=True, help="whose clips are used")
        parser.add_argument("--seed", type=int, required=True, help="of all that is drawn")
        parser.add_argument("--hours", type=float, default=2.0, help="with all labels (default 2)")
        parser.add_argument(
            "--negative-hours", type=float, default=4.0, help="without security labels (default 4)"
        )
        parser.add_argument(
            "--pause", type=float, default=10.0, help="mean seconds between sounds (default 10)"
        )
        parser.add_argument("--out", type=Path, required=True, help="the folder that gets them")
    if verb == "tune":
        parser.add_argument(
            "--soundscape",
            type=Path,
            nargs="+",
            required=True,
            help="of folds that were trained on",
        )
        parser.add_argument(
            "--run", type=Path, required=True, help="the run that has a network for each fold"
        )
        parser.add_argument("--bundle", type=Path, required=True, help="for its manifest")
        parser.add_argument("--out", type=Path, required=True, help="JSON of all that was tried")
    if verb == "gates":
        parser.add_argument("--soundscape", type=Path, required=True, help="what is listened to")
        parser.add_argument("--bundle", type=Path, required=True, help="the bundle's folder")
    if verb == "evaluate":
        parser.add_argument("--soundscape", type=Path, help="judge a bundle on this one")
        parser.add_argument("--bundle", type=Path, help="the bundle's folder")
        parser.add_argument(
            "--settings", type=Path, help="a soundpost.toml, whose [decide] is judged"
        )
        parser.add_argument("--out", type=Path, help="where the report goes (default: SOUNDSCAPE)")
        parser.add_argument("--no-peer", action="store_true", help="do without YAMNet")
