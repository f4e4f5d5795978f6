"""Whether the microphone is well, judged by what it gives."""

from soundpost.condition.condition import Condition

__all__ = ["Condition"]
