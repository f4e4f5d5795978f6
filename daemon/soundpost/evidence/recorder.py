"""Cuts the clip of each confirmed event out of the latest samples, and has it stored."""

import msgspec

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.events import Detection, Scores, State
from soundpost.evidence.clip_lengths import ClipLengths
from soundpost.evidence.evidence import Evidence
from soundpost.evidence.feature_buffer import FeatureBuffer
from soundpost.evidence.on_demand import NoClipReason, OnDemandRecorder, Request
from soundpost.evidence.open_clip import OpenClip
from soundpost.evidence.privacy import Privacy
from soundpost.evidence.ring_buffer import RingBuffer
from soundpost.evidence.store.clip import Clip
from soundpost.evidence.store.clip_store import ClipStore
from soundpost.features import FeatureSpec
from soundpost.health import Health
from soundpost.messages.payload import DetectionMessage, encode

EXPIRY_CHECK_SECONDS = 3600
"""The interval at which old clips are removed while no new ones come: their age is in days."""


class ClipRecorder(Evidence):
    """Buffers the latest samples, and has a clip of each confirmed event stored.

    A clip is stored when its event ends, before that is published: the file that a message names
    exists. A clip that has reached the greatest length does not wait for the end. If its event is
    retracted after that, it stays on the disk, and its sidecar has the retraction. What is stored
    depends on the samples and the detections alone, not on when they came.

    Args:
        lengths: Pre-roll, post-roll and greatest length of a clip.
        spec: How the log-mel of pictures is made, and the rate of the samples.
        privacy: What may be stored.
        clip_store: Writes the files.
        health: Counts clips that are lost or withheld.
        shown_model: Position of the model whose windows hold this log-mel; None if none does.
    """

    def __init__(
        self,
        lengths: ClipLengths,
        spec: FeatureSpec,
        privacy: Privacy,
        clip_store: ClipStore,
        health: Health,
        shown_model: int | None = 0,
    ) -> None:
        self._lengths = lengths
        self._sample_rate_hz = spec.sample_rate_hz
        self._buffer_samples = lengths.memory_samples
        self._privacy = privacy
        self._clip_store = clip_store
        self._health = health
        self._frames = FeatureBuffer(spec, shown_model)
        self._ring = RingBuffer(self._buffer_samples + privacy.context_samples)
        self._on_demand = OnDemandRecorder(
            lengths, spec.sample_rate_hz, self._ring, privacy, clip_store, health
        )
        self._open_clips: dict[int, OpenClip] = {}
        self._scored_until_sample = 0
        self._expiry_check_sample = 0
        self._now_utc_ns = 0

    def on_chunk(self, chunk: Chunk) -> None:
        """Buffers a chunk for as long as an event may need it."""
        # All detections of earlier chunks have been attached by now, and their samples are here.
        for clip in self._open_clips.values():
            if not clip.is_stored and self._scored_until_sample >= self._full_decided(clip):
                self._store_full(clip)
        self._ring.append(chunk)
        self._privacy.drop_before(chunk.start_sample - self._buffer_samples)
        self._frames.drop_before(chunk.start_sample - self._buffer_samples)
        self._now_utc_ns = chunk.utc_ns + samples_to_ns(len(chunk.samples), self._sample_rate_hz)
        if chunk.end_sample >= self._expiry_check_sample:
            self._clip_store.remove_expired()
            interval_samples = EXPIRY_CHECK_SECONDS * self._sample_rate_hz
            self._expiry_check_sample = chunk.end_sample + interval_samples
        self._clip_store.work(self._now_utc_ns)

    def on_waiting(self) -> None:
        """Continues the work on the folder while there is no sound."""
        if self._now_utc_ns:
            self._clip_store.work(self._now_utc_ns)

    def on_scores(self, scores: Scores) -> None:
        """Buffers a window's log-mel and its speech score, in the order of the windows' ends."""
        self._privacy.on_scores(scores)
        self._frames.on_scores(scores)
        self._scored_until_sample = scores.window.end_sample

    def request_clip(self, request: Request) -> None:
        """Starts a clip of the sound from now on.

        Raises:
            EvidenceError: There can be none.
        """
        self._on_demand.start(request)

    def requested_clip(self, *, is_last: bool = False) -> str | NoClipReason | None:
        """Returns the requested clip's name, or why there is none; None while it is recorded.

        Args:
            is_last: True if no more sound comes, so that the clip ends here.
        """
        return self._on_demand.result(self._now_utc_ns, is_last=is_last)

    def attach_clip(self, detection: Detection, message: DetectionMessage) -> DetectionMessage:
        """Returns the message with the name of its clip, if the clip is on the disk.

        It must be called for every detection, in order.

        Args:
            detection: A state of an event.
            message: The message of that state.
        """
        match detection.state:
            case State.CONFIRMED:
                start_sample = detection.onset_sample - self._lengths.pre_roll_samples
                self._open_clips[detection.event] = OpenClip(detection, message, start_sample)
            case State.ENDED | State.RETRACTED if detection.event in self._open_clips:
                name = self._end(self._open_clips.pop(detection.event), detection, message)
                return msgspec.structs.replace(message, clip=name)
        return message

    def _end(self, clip: OpenClip, detection: Detection, message: DetectionMessage) -> str | None:
        if clip.is_stored:
            if clip.name is None:
                return None
            record = encode(msgspec.structs.replace(message, clip=clip.name))
            return clip.name if self._clip_store.update_sidecar(clip.name, record) else None
        clip.message = message
        if detection.decided_sample >= self._full_decided(clip):
            self._store_full(clip)
        elif detection.state is State.ENDED:
            clip.detection = detection
            offset_sample = detection.offset_sample or detection.decided_sample
            end_sample = offset_sample + self._lengths.post_roll_samples
            self._store(clip, min(end_sample, detection.decided_sample), detection.decided_sample)
        return clip.name

    def _full_decided(self, clip: OpenClip) -> int:
        """Returns the sample by which all windows in a clip of greatest length are scored."""
        lengths = self._lengths
        return clip.start_sample + lengths.longest_samples + lengths.delay_samples

    def _store_full(self, clip: OpenClip) -> None:
        full_sample = clip.start_sample + self._lengths.longest_samples
        self._store(clip, full_sample, self._full_decided(clip))

    def _store(self, clip: OpenClip, end_sample: int, decided_sample: int) -> None:
        clip.is_stored = True
        first_sample = max(clip.start_sample, decided_sample - self._buffer_samples)
        end_sample = min(end_sample, first_sample + self._lengths.longest_samples)
        start_sample, samples = self._ring.cut(first_sample, end_sample)
        if not len(samples):
            self._health.clips_lost += 1
            return
        _, before = self._ring.cut(start_sample - self._privacy.context_samples, start_sample)
        allowed = self._privacy.filter(samples, before, start_sample, decided_sample)
        if allowed is None:
            self._health.clips_withheld += 1
            return
        stored = self._clip(clip, start_sample, *allowed)
        record = encode(msgspec.structs.replace(clip.message, clip=stored.name))
        if self._clip_store.store(stored, record, self._now_utc_ns):
            clip.name = stored.name

    def _clip(
        self, clip: OpenClip, start_sample: int, samples: Pcm, silenced: list[tuple[int, int]]
    ) -> Clip:
        detection, offset_sample = clip.detection, None
        if detection.offset_sample is not None:
            offset_sample = min(len(samples), detection.offset_sample - start_sample)
        ahead_samples = detection.onset_sample - start_sample
        return Clip(
            event_id=clip.message.id,
            label=detection.label,
            onset_utc_ns=detection.onset_utc_ns,
            start_utc_ns=detection.onset_utc_ns
            - samples_to_ns(ahead_samples, self._sample_rate_hz),
            samples=samples,
            # The buffered frames are those of the original sound, which silencing has changed.
            log_mel=None if silenced else self._frames.cut(start_sample, len(samples)),
            onset_sample=max(0, ahead_samples),
            offset_sample=offset_sample,
            silenced=silenced,
        )
