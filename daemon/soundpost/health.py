"""Counters, microphone problems and the state of the daemon."""

from enum import StrEnum

import msgspec


class Problem(StrEnum):
    """A problem of the microphone, the node or its configuration; the value is its wire name."""

    NO_SAMPLES = "no_samples"
    DIGITAL_SILENCE = "digital_silence"
    STUCK_VALUE = "stuck_value"
    DC_OFFSET = "dc_offset"
    CLIPPING = "clipping"
    ANTIPHASE = "antiphase"
    LEVEL_COLLAPSE = "level_collapse"
    BACKLOG = "backlog"
    DUPLICATE_NODE = "duplicate_node"
    CONFIGURATION = "configuration"
    HEADS = "heads"


class Health(msgspec.Struct, kw_only=True):
    """Counters since the start; each package adds to its own, and `publish` publishes them all.

    Every counter has a single writer, or a lock around all of them, so plain integers are safe
    across the threads at the edges.

    Attributes:
        samples: Samples captured.
        overflows: Times the sound card or the capture queue lost sound.
        dropped_samples: Samples lost in the sound card or to a full capture queue.
        reopens: Times a lost microphone delivered sound again.
        windows: Windows classified.
        detections: Detection states decided and published.
        events_muted: Events that did not start because their label was muted.
        events_out_of_range: Events that did not start because their label does not occur at the
            place in this week.
        events_confounded: Events that did not start, or were retracted, because a confounder was
            detected.
        events_summed: Events that were summed up because their label goes on all the time.
        clips_kept: Clips of events stored, with their pictures.
        clips_withheld: Clips not stored because they contain speech.
        clips_lost: Clips that could not be stored.
        messages_sent: Detection messages that the broker acknowledged.
        messages_dropped: Detection messages given up: outbox full, damaged, or lost with memory.
        messages_waiting: Detection messages in the outbox now; the one count that can go down.
        outbox_faults: Times the file of the outbox was damaged, or could not be written.
        connects: Connections to the broker.
        commands: Commands executed, or refused as not possible.
        results_dropped: Results of commands given up: too many waited, a flood of invalid commands,
            or the daemon stopped.
        commands_invalid: Messages on `command/…` that were refused at once: invalid, retained, or
            too many.
        messages_too_large: States, results and announcements that were not sent, because the
            broker takes no packet of their size; each renewal counts again.
        background_lost: Minutes of background for teaching that could not be written; left out of
            the JSON object before the first one.
    """

    samples: int = 0
    overflows: int = 0
    dropped_samples: int = 0
    reopens: int = 0
    windows: int = 0
    detections: int = 0
    events_muted: int = 0
    events_out_of_range: int = 0
    events_confounded: int = 0
    events_summed: int = 0
    clips_kept: int = 0
    clips_withheld: int = 0
    clips_lost: int = 0
    messages_sent: int = 0
    messages_dropped: int = 0
    messages_waiting: int = 0
    outbox_faults: int = 0
    connects: int = 0
    commands: int = 0
    results_dropped: int = 0
    commands_invalid: int = 0
    messages_too_large: int = 0
    background_lost: int | msgspec.UnsetType = msgspec.UNSET


class Status(msgspec.Struct, frozen=True):
    """The state of the daemon between two chunks; made once, and given to every `tick`.

    Attributes:
        is_gate_closed: True while the gate is closed: samples come, and no windows are expected.
        is_waiting: True while the source has no sound and waits for it to come back.
        is_connected: True while the broker is connected.
        queue_seconds: Captured sound that waits for the pipeline.
        problems: The problems of the microphone, of the node and of its configuration.
    """

    is_gate_closed: bool = False
    is_waiting: bool = False
    is_connected: bool = False
    queue_seconds: float = 0.0
    problems: tuple[Problem, ...] = ()
