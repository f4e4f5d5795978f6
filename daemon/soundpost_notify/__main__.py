"""Runs the program as a module: `python -m soundpost_notify`."""

import sys

from soundpost_notify.cli import main

sys.exit(main())
