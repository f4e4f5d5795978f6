"""Text from outside, made safe to print: on a terminal, in a log, in an error.

A file name, a label in a sidecar, the name of a sound card or the text of a broker may contain
anything: escape sequences that repaint a terminal, line breaks that forge a line of a log, marks
that turn the direction of writing, bytes that are not UTF-8. Whatever prints such a text passes it
through `printable` first; the log does so for every value of a line (`soundpost.system.journal`).
"""

_SHORT_ESCAPES = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
_BYTE_ESCAPES = range(0xDC80, 0xDD00)
"""Code points by which `os.fsdecode` represents the bytes 0x80 to 0xFF of a name that is not UTF-8
(PEP 383)."""


def printable(text: str, most_characters: int | None = None) -> str:
    r"""Returns a text in one line without characters that are not visible by themselves.

    Control characters, line breaks, marks of direction, invisible characters and lone surrogates
    become escapes such as `\x1b` and `\u202e`; a byte of a file name that is not UTF-8 becomes
    `\xe4`. All other text is unchanged, backslashes included.

    Args:
        text: Any text.
        most_characters: Cut to this length, with `…` at its end; None for no limit.
    """
    if most_characters is not None and len(text) > most_characters:
        text = f"{text[: max(0, most_characters - 1)]}…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def printable_lines(text: str) -> str:
    """Returns a text of several lines with each line made printable."""
    return "\n".join(map(printable, text.split("\n")))


def _escape(char: str) -> str:
    code = ord(char)
    if code in _BYTE_ESCAPES:
        code -= 0xDC00
    elif char in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[char]
    if code <= 0xFF:  # noqa: PLR2004 - two digits, as in Python's own escapes
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as above
