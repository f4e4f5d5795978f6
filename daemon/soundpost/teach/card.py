"""The card of a head: what it is, what it was taught on, how well it does."""

from soundpost.heads import HeadFacts
from soundpost.manifest import Metric
from soundpost.system.printable import printable
from soundpost.teach.result import Figures

_CARD = """\
# {label}

A head on {backbone} {version}, taught on this node by `soundpost teach` on {taught}.

- Taught on {recordings} recordings of {label}, {others} of other sounds, and {hours:.2f} h of \
background.
- Of the recordings, each scored by a head that was fitted without it, {detected} of {recordings} \
are detected.
- {false}
- {general}

It holds for the place whose background it was taught on. At another place, listen to its first
events, and teach it again: `soundpost teach {label} --again`.

Licence: {licence}.
"""


def head_card(facts: HeadFacts, figures: Figures) -> str:
    """Returns the text of `HEAD_CARD.md`."""
    if figures.events_per_hour is None:
        false = "No background was at hand: how many false events it gives is not known."
    else:
        false = (
            f"In background and other sounds it gives {figures.events_per_hour:.2f} events an "
            f"hour; its budget is {figures.budget:g}."
        )
    general = (
        "It was also fitted against general sounds that came with the model."
        if figures.has_general
        else "The model came without general sounds; sounds that are new to it may be mistaken."
    )
    return _CARD.format(
        label=facts.label.name,
        backbone=facts.backbone.id,
        version=facts.backbone.version,
        taught=facts.teaching.taught[:10],
        recordings=figures.recordings,
        others=figures.other_recordings,
        hours=figures.background_hours,
        detected=figures.detected,
        false=false,
        general=general,
        licence=facts.licence,
    )


def head_metrics(figures: Figures, command: str) -> list[Metric]:
    """Returns the figures as a manifest states them, without those that are not known.

    Args:
        figures: The figures.
        command: The command line that measured them.
    """
    values = {
        "held-out recall": figures.recall,
        "held-out separation": figures.separation,
        "false events an hour": figures.events_per_hour,
    }
    return [
        Metric(name=name, value=float(value), spread=0.0, command=printable(command, 2_000))
        for name, value in values.items()
        if value is not None
    ]
