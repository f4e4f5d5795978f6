"""Cells of tables: numbers, times, and text that no reader takes for more than text."""

from datetime import UTC, datetime

from soundpost.system.printable import printable

_FORMULA_STARTS = tuple("=+-@\t\r\n'＝＋－＠")  # noqa: RUF001 - spreadsheets take the wide ones too
"""First characters that make a spreadsheet run a cell as a formula (OWASP, CSV Injection), and the
apostrophe itself, so that removing one leading apostrophe restores every text."""

_SECOND_NS = 1_000_000_000


def decimal(number: float) -> str:
    """Returns a number with six decimals: of a second, less than a sample at 192 kHz."""
    return f"{number:z.6f}"


def unicode_text(text: str | None) -> str:
    r"""Returns a text that UTF-8 can represent; empty for None.

    A file name that is not UTF-8 is written with escapes such as `\xe4`.
    """
    if text is None:
        return ""
    try:
        text.encode()
    except UnicodeEncodeError:
        return printable(text)
    return text


def csv_text(text: str | None) -> str:
    """Returns a text for a cell of a CSV file: one that could be a formula gets an apostrophe."""
    clean = unicode_text(text)
    return f"'{clean}" if clean.startswith(_FORMULA_STARTS) else clean


def tab_text(text: str | None) -> str:
    r"""Returns a text for a cell between tabs, in formats that have no quotes.

    Tabs, line breaks and other characters that are not visible become escapes such as `\t`.
    """
    return printable(text or "")


def iso_utc(utc_ns: int | None) -> str:
    """Returns a time as ISO 8601 in UTC with nine decimals; empty if it is not known."""
    if utc_ns is None:
        return ""
    seconds, nanoseconds = divmod(utc_ns, _SECOND_NS)
    time = datetime.fromtimestamp(seconds, UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09}Z"
