"""Drops sound that is not worth classifying: by default none, else all but loud or voiced."""

from soundpost.gate.gate import AlwaysOpen, BlockGate, Gate, build_gate

__all__ = [
    "AlwaysOpen",
    "BlockGate",
    "Gate",
    "build_gate",
]
