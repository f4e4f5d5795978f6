"""From what is heard and decided to the clip of an event."""

from dataclasses import dataclass

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import Detection, Scores, State
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.feature_buffer import FeatureBuffer
from soundpost.evidence.on_demand import NoClipReason, OnDemandRecorder, Request
from soundpost.evidence.privacy import Privacy
from soundpost.evidence.ring_buffer import RingBuffer
from soundpost.evidence.store.clip_store import Clip, ClipStore, Message
from soundpost.features import FeatureSpec
from soundpost.health import Health

TIDY_SECONDS = 3600
"""How often what is too old goes, when nothing new comes."""


@dataclass(slots=True)
class _OpenClip:
    """A confirmed event that goes on."""

    detection: Detection
    event_id: str
    message: Message
    start_sample: int
    is_stored: bool = False
    clip: str | None = None


class ClipRecorder:
    """Remembers what was heard last, and has a clip of each confirmed event stored.

    A clip is stored when its event ends, before that is told; so the name that a message tells is
    that of a file that is there. One that has reached the greatest length does not wait for the
    end. What is stored depends on the samples and the detections alone, not on when they came.

    Args:
        lengths: How much is kept.
        spec: How the log-mel of the windows is made, and the rate of the samples.
        privacy: What of it.
        clip_store: Where.
        health: Where clips of which nothing was heard, or that may not be kept, are counted.
    """

    def __init__(
        self,
        lengths: ClipLengths,
        spec: FeatureSpec,
        privacy: Privacy,
        clip_store: ClipStore,
        health: Health,
    ) -> None:
        self._lengths = lengths
        self._sample_rate_hz = spec.sample_rate_hz
        self._memory_samples = lengths.memory_samples
        self._privacy = privacy
        self._clip_store = clip_store
        self._health = health
        self._frames = FeatureBuffer(spec)
        self._ring = RingBuffer(self._memory_samples + privacy.context_samples)
        self._on_request = OnDemandRecorder(
            lengths, spec.sample_rate_hz, self._ring, privacy, clip_store, health
        )
        self._going: dict[int, _OpenClip] = {}
        self._weighed_until_sample = 0
        self._tidy_at_sample = 0
        self._now_utc_ns = 0

    def on_chunk(self, chunk: Chunk) -> None:
        """Remember a chunk for as long as an event may need it."""
        # All that was decided on earlier chunks has been kept by now, and nothing of them is gone.
        for going in self._going.values():
            if not going.is_stored and self._weighed_until_sample >= self._full_decided(going):
                self._store_full(going)
        self._ring.append(chunk)
        self._privacy.drop_before(chunk.start_sample - self._memory_samples)
        self._frames.drop_before(chunk.start_sample - self._memory_samples)
        heard_ns = samples_to_ns(len(chunk.samples), self._sample_rate_hz)
        self._now_utc_ns = chunk.utc_ns + heard_ns
        if chunk.end_sample >= self._tidy_at_sample:
            self._clip_store.tidy(self._now_utc_ns)
            self._tidy_at_sample = chunk.end_sample + TIDY_SECONDS * self._sample_rate_hz

    def on_scores(self, scores: Scores) -> None:
        """Take note of a window's scores, in the order of the windows."""
        self._privacy.on_scores(scores)
        self._frames.remember(scores.window)
        self._weighed_until_sample = scores.window.end_sample

    def request_clip(self, request: Request) -> None:
        """Begin a clip of what is heard now.

        Raises:
            EvidenceError: It cannot be had.
        """
        self._on_request.ask(request)

    def requested_clip(self, *, is_over: bool = False) -> str | NoClipReason | None:
        """The name of the clip that was asked for, or why there is none; None while it is kept.

        Args:
            is_over: Whether nothing more is heard, so that what there is must do.
        """
        return self._on_request.result(self._now_utc_ns, is_over=is_over)

    def keep(self, detection: Detection, event_id: str, message: Message) -> str | None:
        """The name of the clip that the detection's message may tell: one that is on the disk.

        Args:
            detection: Each one, in order.
            event_id: What its messages call the event.
            message: Its message as JSON, with a given name for the clip.
        """
        match detection.state:
            case State.CONFIRMED:
                start_sample = detection.onset_sample - self._lengths.pre_roll_samples
                going = _OpenClip(detection, event_id, message, start_sample)
                self._going[detection.event] = going
            case State.ENDED:
                return self._end(self._going.pop(detection.event), detection, message)
        return None

    def _end(self, going: _OpenClip, detection: Detection, message: Message) -> str | None:
        if going.is_stored:
            return going.clip and self._clip_store.tell_again(going.clip, message)
        going.message = message
        if detection.decided_sample >= self._full_decided(going):
            self._store_full(going)
        else:
            going.detection = detection
            offset_sample = detection.offset_sample or detection.decided_sample
            end_sample = offset_sample + self._lengths.post_roll_samples
            self._store(going, min(end_sample, detection.decided_sample), detection.decided_sample)
        return going.clip

    def _full_decided(self, going: _OpenClip) -> int:
        """The sample by which a clip cannot grow, and all that it could show is decided."""
        lengths = self._lengths
        return going.start_sample + lengths.longest_samples + lengths.delay_samples

    def _store_full(self, going: _OpenClip) -> None:
        full_sample = going.start_sample + self._lengths.longest_samples
        self._store(going, full_sample, self._full_decided(going))

    def _store(self, going: _OpenClip, end_sample: int, decided_sample: int) -> None:
        going.is_stored = True
        first_sample = max(going.start_sample, decided_sample - self._memory_samples)
        end_sample = min(end_sample, first_sample + self._lengths.longest_samples)
        start_sample, samples = self._ring.cut(first_sample, end_sample)
        if not len(samples):
            self._health.clips_lost += 1
            return
        _, before = self._ring.cut(start_sample - self._privacy.context_samples, start_sample)
        judged = self._privacy.judge(samples, before, start_sample, decided_sample)
        if judged is None:
            self._health.clips_withheld += 1
            return
        clip = self._clip(going, start_sample, *judged)
        going.clip = self._clip_store.store(clip, going.message, self._now_utc_ns)

    def _clip(
        self, going: _OpenClip, start_sample: int, samples: Pcm, muted: list[tuple[int, int]]
    ) -> Clip:
        detection, offset_sample = going.detection, None
        if detection.offset_sample is not None:
            offset_sample = min(len(samples), detection.offset_sample - start_sample)
        ahead_samples = detection.onset_sample - start_sample
        return Clip(
            event_id=going.event_id,
            label=detection.label,
            onset_utc_ns=detection.onset_utc_ns,
            start_utc_ns=detection.onset_utc_ns
            - samples_to_ns(ahead_samples, self._sample_rate_hz),
            samples=samples,
            # They are of what was heard, which is another thing once some of it was silenced.
            log_mel=None if muted else self._frames.cut(start_sample, len(samples)),
            onset_sample=max(0, ahead_samples),
            offset_sample=offset_sample,
            muted=muted,
        )
