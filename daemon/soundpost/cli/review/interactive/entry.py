"""A line in which a label is typed, with completion."""

from collections.abc import Sequence
from typing import Literal

LONGEST_CHARACTERS = 200
"""More than any label has; a pasted text does not grow without bound."""

TAB, ENTER, ESCAPE = "\t", ("\n", "\r"), "\x1b"
BACKSPACE, CLEAR = ("\x7f", "\b"), "\x15"

Outcome = Literal["open", "accepted", "cancelled"]


class LabelEntry:
    """A label as it is typed.

    Attributes:
        text: The text so far.
    """

    def __init__(self) -> None:
        self.text = ""

    def press(self, key: str, matches: Sequence[str]) -> Outcome:
        """Handles a key.

        Args:
            key: A character, or an escape sequence.
            matches: The known labels for the text so far.
        """
        if key in ENTER:
            self.text = self.text.strip()
            return "accepted" if self.text else "cancelled"
        if key == ESCAPE:
            return "cancelled"
        if key == TAB:
            self._complete(matches)
        elif key in BACKSPACE:
            self.text = self.text[:-1]
        elif key == CLEAR:
            self.text = ""
        elif key.isprintable() and len(self.text) < LONGEST_CHARACTERS:
            self.text += key
        return "open"

    def _complete(self, matches: Sequence[str]) -> None:
        """Completes the text as far as all labels that begin with it agree, else to the first."""
        starting = [each for each in matches if each.casefold().startswith(self.text.casefold())]
        common = _common_beginning(starting)
        if len(common) > len(self.text):
            self.text = common
        elif matches:
            self.text = matches[0]


def _common_beginning(texts: Sequence[str]) -> str:
    """Returns the longest text that all texts begin with; empty without any."""
    least, most = min(texts, default=""), max(texts, default="")
    length = next((at for at, char in enumerate(least) if char != most[at : at + 1]), len(least))
    return least[:length]
