"""What is worth hearing: by default everything, else what is loud, what is a voice, or both."""

from soundpost.gate.gate import AlwaysOpen, BlockGate, Gate, build_gate

__all__ = [
    "AlwaysOpen",
    "BlockGate",
    "Gate",
    "build_gate",
]
