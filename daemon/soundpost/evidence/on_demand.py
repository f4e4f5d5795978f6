"""Records a clip on request, of the sound from now on."""

from enum import Enum, auto

import msgspec

from soundpost.audio import samples_to_ns
from soundpost.errors import EvidenceError
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.privacy import Privacy
from soundpost.evidence.ring_buffer import RingBuffer
from soundpost.evidence.store.clip import Clip
from soundpost.evidence.store.clip_store import ClipStore
from soundpost.health import Health
from soundpost.system.clock import ClockState, rfc3339

LABEL = "requested"
"""In place of a label, also in the names of the files."""


class Request(msgspec.Struct, frozen=True):
    """A request for a clip of the sound from now on.

    Attributes:
        id: In hexadecimal digits, different from the id of any event.
        command: The id of the command that requested it.
        seconds: Its length from now on; the pre-roll comes on top.
        clock: State of the wall clock.
    """

    id: str
    command: str
    seconds: float
    clock: ClockState


class NoClipReason(Enum):
    """The reason why there is no clip."""

    WITHHELD = auto()
    LOST = auto()


class RequestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Stands in the sidecar of a requested clip in place of a detection message.

    Attributes:
        id: The request's.
        label: `requested`.
        score: 1, so that retention keeps the youngest of the requested clips.
        onset: Time of the request, RFC 3339 in UTC.
        clock: State of the wall clock then.
        command: The id of the command.
    """

    id: str
    label: str
    score: float
    onset: str
    clock: ClockState
    command: str


class OnDemandRecorder:
    """Stores one requested clip at a time, once all of it is captured and scored.

    Args:
        lengths: Pre-roll and greatest length.
        sample_rate_hz: Rate of the samples.
        ring: The latest samples.
        privacy: Removes speech.
        clip_store: Writes the files, and counts those that it cannot store.
        health: Counts clips without samples, and withheld ones.
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
        self._requested_sample = 0

    def start(self, request: Request) -> None:
        """Starts a clip.

        Raises:
            EvidenceError: Another one is being recorded, or it would be too long.
        """
        if self._request is not None:
            raise EvidenceError(
                "a clip is being recorded already", hint="request another when it is stored"
            )
        longest_samples = self._lengths.longest_samples - self._lengths.pre_roll_samples
        if request.seconds * self._sample_rate_hz > longest_samples:
            raise EvidenceError(
                f"expected at most {longest_samples / self._sample_rate_hz:g} s from now on, got "
                f"{request.seconds:g}",
                hint="request less, or raise evidence.clip_seconds",
            )
        self._request = request
        self._requested_sample = self._ring.end_sample

    def result(self, utc_ns: int, *, is_last: bool = False) -> str | NoClipReason | None:
        """Returns the clip's name, or why there is none; None while it is recorded.

        Args:
            utc_ns: Capture time of the latest sample.
            is_last: True if no more sound comes, so that the clip ends here.
        """
        if self._request is None:
            return None
        end_sample = self._requested_sample + round(self._request.seconds * self._sample_rate_hz)
        # By then all windows that overlap the clip are scored, so speech in them is known.
        decided_sample = end_sample + self._lengths.delay_samples
        if self._ring.end_sample < decided_sample and not is_last:
            return None
        request, self._request = self._request, None
        return self._store(request, end_sample, utc_ns)

    def _store(self, request: Request, end_sample: int, now_utc_ns: int) -> str | NoClipReason:
        latest_sample = self._ring.end_sample
        wanted_sample = self._requested_sample - self._lengths.pre_roll_samples
        start_sample, samples = self._ring.cut(wanted_sample, end_sample)
        if not len(samples):
            self._health.clips_lost += 1
            return NoClipReason.LOST
        _, before = self._ring.cut(start_sample - self._privacy.context_samples, start_sample)
        allowed = self._privacy.filter(samples, before, start_sample, latest_sample)
        if allowed is None:
            self._health.clips_withheld += 1
            return NoClipReason.WITHHELD

        def utc_ns(sample: int) -> int:
            return now_utc_ns - samples_to_ns(latest_sample - sample, self._sample_rate_hz)

        onset_sample = min(max(self._requested_sample - start_sample, 0), len(samples) - 1)
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
            samples=allowed[0],
            log_mel=None,
            onset_sample=onset_sample,
            offset_sample=len(samples),
            silenced=allowed[1],
        )
        is_stored = self._clip_store.store(clip, msgspec.json.encode(record), now_utc_ns)
        return clip.name if is_stored else NoClipReason.LOST
