"""Names the settings of a node that an evaluation on recordings leaves out."""

from soundpost.config import Config

LABEL_SETTINGS = ("confounders", "lasting_minutes")
"""Each event counts on its own: these withhold or sum up events by what happened before."""


def settings_note(config: Config) -> str:
    """Returns a line about the settings that are set and not applied; empty for none."""
    decide = config.decide
    tables = (decide, *decide.labels.values())
    names = [name for name in LABEL_SETTINGS if any(getattr(each, name) for each in tables)]
    if decide.schedules:
        names.append("schedules")  # a recording has no time of day
    if config.models:
        names.append("models")  # one bundle is evaluated, with the rules of [decide]
    return f"settings that were not applied: {', '.join(names)}" if names else ""
