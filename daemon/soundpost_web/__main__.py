"""Runs the program as a module: `python -m soundpost_web`."""

import sys

from soundpost_web.cli import main

sys.exit(main())
