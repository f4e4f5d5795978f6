"""Reads the verdict of a form."""

from collections.abc import Mapping

from soundpost.review import Verdict

_LONGEST_LABEL = 200
_PLAIN = {Verdict.RIGHT, Verdict.WRONG, Verdict.UNSURE}


class WrongVerdictError(ValueError):
    """A form with no verdict, or with one that no form of the page has."""


def read_verdict(values: Mapping[str, str]) -> tuple[Verdict | None, str]:
    """Returns the verdict of a form; None with the right label.

    Raises:
        WrongVerdictError: It has neither, or a label that cannot be one.
    """
    text = values.get("verdict", "")
    if text in _PLAIN:
        return Verdict(text), ""
    label = (values.get("label", "") or values.get("typed", "")).strip()
    if text not in {"", "label"} or not label or len(label) > _LONGEST_LABEL:
        raise WrongVerdictError
    if not label.isprintable():
        raise WrongVerdictError
    return None, label
