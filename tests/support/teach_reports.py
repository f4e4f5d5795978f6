"""The figures of a taught label on the wire."""

from soundpost.messages.result import FalseDetection, TeachReport, UnusedClip

TAUGHT = TeachReport(
    label="gate_bell",
    version=1,
    recordings=10,
    detected=9,
    missed=["a.flac"],
    negative_hours=1.0,
    background_hours=0.95,
    false_events_per_hour=0.0,
    budget=0.5,
    false_events=[FalseDetection("this node", 3.21, 0.61, "2026-11-20T07:31:21.480Z")],
    unused=[UnusedClip("b.flac", "is silent")],
)
