"""The composition root: builds the parts of the daemon, joins them, runs them."""

from soundpost.app.build import validate
from soundpost.app.node import describe_node
from soundpost.app.parts import build_evidence, build_message_builder, build_source
from soundpost.app.run import run

__all__ = [
    "build_evidence",
    "build_message_builder",
    "build_source",
    "describe_node",
    "run",
    "validate",
]
