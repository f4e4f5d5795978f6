"""The form that teaches a sound: its fields, and the command that they make."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

from soundpost.messages.command import MOST_TAUGHT_CLIPS

Use = Literal["label", "not", "out"]
"""The use of a clip: of the label, of another sound, or none."""
Action = Literal["teach", "try", "undo", "remove"]
USES: tuple[Use, ...] = get_args(Use)
_ACTIONS: tuple[Action, ...] = get_args(Action)
USE = "use:"
"""The beginning of the names of the fields that have the use of a clip."""
MOST_FIELDS = 2 * MOST_TAUGHT_CLIPS + 20
_LONGEST_NAME = 200
_LONGEST_LIST = 8_000


Kind = TypeVar("Kind", bound=str)


class WrongTeachError(ValueError):
    """A value that no form of the page sends."""


@dataclass(frozen=True, slots=True)
class TeachForm:
    """The choice of a person: a label, its clips, and what is done with them.

    Attributes:
        node: The node.
        label: The label.
        action: What to do.
        again: True to use the earlier clips of the label too.
        budget: The false events an hour; None for the default.
        uses: The use of each clip, by its name.
    """

    node: str = ""
    label: str = ""
    action: Action = "teach"
    again: bool = False
    budget: float | None = None
    uses: Mapping[str, Use] = field(default_factory=dict)

    def named(self, use: Use) -> list[str]:
        """Returns the names of the clips of a use."""
        return [name for name, of_clip in self.uses.items() if of_clip == use]

    @property
    def command(self) -> dict[str, object]:
        """The fields of the command, without its id."""
        if self.action in {"undo", "remove"}:
            return {"label": self.label, self.action: True}
        return {
            "label": self.label,
            "clips": self.named("label"),
            "not": self.named("not"),
            "again": self.again,
            "dry_run": self.action == "try",
            **({"budget": self.budget} if self.budget is not None else {}),
        }


def read_teach_form(fields: Sequence[tuple[str, str]]) -> TeachForm:
    """Reads the fields of a form.

    Raises:
        WrongTeachError: A value is none that the form sends.
    """
    values = dict(fields)
    uses = {
        name.removeprefix(USE)[:_LONGEST_NAME]: _one_of(value, USES)
        for name, value in fields
        if name.startswith(USE)
    }
    for name in values.get("more", "")[:_LONGEST_LIST].split():
        uses[name[:_LONGEST_NAME]] = "label"
    budget = values.get("budget", "")
    try:
        number = float(budget) if budget else None
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise WrongTeachError(budget)
    return TeachForm(
        node=values.get("node", "")[:_LONGEST_NAME],
        label=values.get("label", "").strip()[: _LONGEST_NAME + 1],
        action=_one_of(values.get("action", ""), _ACTIONS),
        again="again" in values,
        budget=number,
        uses=uses,
    )


def _one_of(value: str, choices: Iterable[Kind]) -> Kind:
    for choice in choices:
        if choice == value:
            return choice
    raise WrongTeachError(value[:_LONGEST_NAME])
