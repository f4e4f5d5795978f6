"""Runs the action of `soundpost bundle` that was given."""

import argparse
import sys


def run(options: argparse.Namespace) -> int:
    """Runs an action, and returns the exit status.

    Raises:
        SoundpostError: As the action.
    """
    # Each action imports what it needs, as the commands do.
    if options.action == "import":
        from soundpost.cli.bundle.import_bundle import import_bundle  # noqa: PLC0415 - see above

        import_bundle(options, sys.stdout, sys.stderr)
        return 0
    if options.action == "show":
        from soundpost.cli.bundle.show import show  # noqa: PLC0415 - see above

        show(options.bundle, sys.stdout, is_json=options.json)
        return 0
    if options.action == "verify":
        from soundpost.cli.bundle.verify import verify  # noqa: PLC0415 - see above

        return verify(options.bundle, sys.stdout)
    from soundpost.cli.bundle.labels import labels  # noqa: PLC0415 - see above

    return labels(options.bundle, options.find, sys.stdout, is_json=options.json)
