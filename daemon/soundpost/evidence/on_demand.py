"""A clip that somebody asked for, of what is heard now."""

from dataclasses import dataclass
from enum import Enum, auto

import msgspec

from soundpost.audio import samples_to_ns
from soundpost.errors import EvidenceError
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.privacy import Privacy
from soundpost.evidence.ring_buffer import RingBuffer
from soundpost.evidence.store.clip_store import Clip, ClipStore
from soundpost.health import Health
from soundpost.system.clock import ClockState, rfc3339

LABEL = "requested"
"""What stands in place of a label, in the names of the files too."""


@dataclass(frozen=True, slots=True)
class Request:
    """A clip to be kept of what is heard now.

    Attributes:
        id: In hexadecimal digits, unlike that of any event.
        command: The id of the command that asked for it.
        seconds: How long from now on; what is kept of before comes on top.
        clock: Whether the wall time can be believed.
    """

    id: str
    command: str
    seconds: float
    clock: ClockState


class NoClipReason(Enum):
    """Why there is no clip."""

    WITHHELD = auto()
    LOST = auto()


class RequestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a sidecar in place of a detection message: what is read of one, and who asked.

    Attributes:
        id: As the request has it.
        label: `requested`.
        score: 1, so that of the clips that were asked for the youngest stay.
        onset: When it was asked for, RFC 3339 in UTC.
        clock: Whether that can be believed.
        command: The id of the command.
    """

    id: str
    label: str
    score: float
    onset: str
    clock: ClockState
    command: str


class OnDemandRecorder:
    """Stores one clip at a time, once it has been heard to its end and is judged.

    Args:
        lengths: How much is kept before, and at most.
        sample_rate_hz: Rate of the samples.
        ring: What was heard.
        privacy: What of it may be kept.
        clip_store: Where; it counts what it cannot store.
        health: Where clips are counted of which nothing was heard, or that may not be kept.
    """

    def __init__(
        self,
        lengths: ClipLengths,
        sample_rate_hz: int,
        ring: RingBuffer,
        privacy: Privacy,
        clip_store: ClipStore,
        health: Health,
    ) -> None:
        self._lengths = lengths
        self._sample_rate_hz = sample_rate_hz
        self._ring = ring
        self._privacy = privacy
        self._clip_store = clip_store
        self._health = health
        self._request: Request | None = None
        self._asked_sample = 0

    def start(self, request: Request) -> None:
        """Begin a clip.

        Raises:
            EvidenceError: One is being kept, or it would be longer than the longest.
        """
        if self._request is not None:
            raise EvidenceError("a clip is being kept already", hint="ask again when it is there")
        longest_samples = self._lengths.longest_samples - self._lengths.pre_roll_samples
        if request.seconds * self._sample_rate_hz > longest_samples:
            raise EvidenceError(
                f"a clip may have {longest_samples / self._sample_rate_hz:g} s from now on, not "
                f"{request.seconds:g}",
                hint="ask for less, or raise evidence.clip_seconds",
            )
        self._request = request
        self._asked_sample = self._ring.end_sample

    def result(self, utc_ns: int, *, is_last: bool = False) -> str | NoClipReason | None:
        """The name of the clip, or why there is none; None while it is being kept, or none is.

        Args:
            utc_ns: When the latest sample was heard.
            is_last: Whether nothing more is heard, so that what there is must do.
        """
        if self._request is None:
            return None
        end_sample = self._asked_sample + round(self._request.seconds * self._sample_rate_hz)
        # By then the windows that reach into the clip are classified, and speech in them is known.
        decided_sample = end_sample + self._lengths.delay_samples
        if self._ring.end_sample < decided_sample and not is_last:
            return None
        request, self._request = self._request, None
        return self._store(request, end_sample, utc_ns)

    def _store(self, request: Request, end_sample: int, now_utc_ns: int) -> str | NoClipReason:
        heard_sample = self._ring.end_sample
        wanted_sample = self._asked_sample - self._lengths.pre_roll_samples
        start_sample, samples = self._ring.cut(wanted_sample, end_sample)
        if not len(samples):
            self._health.clips_lost += 1
            return NoClipReason.LOST
        _, before = self._ring.cut(start_sample - self._privacy.context_samples, start_sample)
        judged = self._privacy.judge(samples, before, start_sample, heard_sample)
        if judged is None:
            self._health.clips_withheld += 1
            return NoClipReason.WITHHELD

        def utc_ns(sample: int) -> int:
            return now_utc_ns - samples_to_ns(heard_sample - sample, self._sample_rate_hz)

        onset_sample = min(max(self._asked_sample - start_sample, 0), len(samples) - 1)
        onset_utc_ns = utc_ns(start_sample + onset_sample)
        record = RequestRecord(
            id=request.id,
            label=LABEL,
            score=1.0,
            onset=rfc3339(onset_utc_ns),
            clock=request.clock,
            command=request.command,
        )
        clip = Clip(
            event_id=request.id,
            label=LABEL,
            onset_utc_ns=onset_utc_ns,
            start_utc_ns=utc_ns(start_sample),
            samples=judged[0],
            log_mel=None,
            onset_sample=onset_sample,
            offset_sample=len(samples),
            muted=judged[1],
        )
        is_stored = self._clip_store.store(clip, msgspec.json.encode(record), now_utc_ns)
        return clip.name if is_stored else NoClipReason.LOST
