"""The two forms of models, in the file and on the command line."""

from typing import Any

SHORT_FORM = {
    "classify": "move bundle and threads of [classify] into a table [[models]] of their own",
    "decide": "write the keys of [decide] as [models.decide], below the [[models]] they are for",
}
"""The tables that describe one model, in place of a table `[[models]]`; how each is moved there."""


def merge_flags(file: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """Returns the tables of the file, with the values of the command line in place of its own.

    A model on the command line replaces the models of the file, whichever form these have: several
    replace `[classify]`, and a single one replaces `[[models]]`.

    Args:
        file: Values by table and key.
        flags: The same of the command line; a list of tables replaces the one of the file.
    """
    tables = dict(file)
    if "models" in flags:
        tables.pop("classify", None)
    elif "bundle" in flags.get("classify", {}):
        tables.pop("models", None)
    for name, values in flags.items():
        tables[name] = values if isinstance(values, list) else tables.get(name, {}) | values
    return tables
