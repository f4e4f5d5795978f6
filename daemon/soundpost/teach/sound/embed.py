"""Computes the embeddings of sound by the model of a bundle, as the daemon does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import Chunk, Pcm
from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.classify.find import find_bundle
from soundpost.classify.golden import replay_golden
from soundpost.classify.network.embeddings import embeddings_of
from soundpost.errors import TeachError
from soundpost.events import AnyWindow
from soundpost.heads import Backbone, EmbeddingInput
from soundpost.teach.examples import Embeddings

BATCH_WINDOWS = 32
"""Windows that are classified at once: a stretch of a network that computes each frame once."""
BLOCK_SECONDS = 5.0
"""Of sound that is given to the windower at once."""


@dataclass(frozen=True, slots=True)
class EmbeddedWindows:
    """The windows of a stretch of sound.

    Attributes:
        embeddings: float32[windows, size].
        starts: int64[windows], the first sample of each.
    """

    embeddings: Embeddings
    starts: NDArray[np.int64]


class SoundEmbedder(Protocol):
    """Computes the embeddings of sound: `Embedder`, or a network that it is compared with."""

    @property
    def rate_hz(self) -> int:
        """The sample rate of the model."""
        ...

    @property
    def window_samples(self) -> int:
        """Samples of a window."""
        ...

    @property
    def stride_samples(self) -> int:
        """Samples from one window's start to the next one's."""
        ...

    @property
    def stride_seconds(self) -> float:
        """Time from one window's start to the next one's."""
        ...

    def embed(self, samples: Pcm) -> EmbeddedWindows:
        """Returns the windows of a stretch of sound."""
        ...

    def stream(self, blocks: Iterable[Pcm]) -> Iterator[EmbeddedWindows]:
        """Yields the windows of an unbroken stream."""
        ...


class Embedder:
    """Computes embeddings with a bundle's model.

    Args:
        bundle: The bundle.

    Attributes:
        bundle: The bundle.
        backbone: Its model, as a head names it.
        input: Its embedding, as a head names it.

    Raises:
        TeachError: Its model has no embedding.
        BundleError: It cannot be run on this machine.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        manifest = bundle.manifest
        self._classifier = Classifier(bundle, embeds=True)
        definition = self._classifier.embedding_definition
        if definition is None:
            raise TeachError(
                f"bundle {manifest.id} has no embedding, which a head needs",
                hint="teach on `everyday`, or import the model again with --embedding",
            )
        replay_golden(bundle, self._classifier)
        self.backbone = Backbone(
            id=manifest.id, version=manifest.version, sha256=manifest.model.sha256
        )
        self.input = EmbeddingInput(definition=definition, size=self._classifier.embedding_size)
        self._model_input = manifest.input

    @property
    def rate_hz(self) -> int:
        """The sample rate of the model."""
        return self._model_input.sample_rate_hz

    @property
    def window_samples(self) -> int:
        """Samples of a window."""
        return self._model_input.window_samples

    @property
    def stride_samples(self) -> int:
        """Samples from one window's start to the next one's."""
        return self._model_input.stride_samples

    @property
    def stride_seconds(self) -> float:
        """Time from one window's start to the next one's."""
        return self.stride_samples / self.rate_hz

    def embed(self, samples: Pcm) -> EmbeddedWindows:
        """Returns the windows of a stretch of sound.

        Args:
            samples: int16[n], mono, at the model's rate, at least a window.
        """
        windows = list(self.stream([samples]))
        return EmbeddedWindows(
            np.concatenate([each.embeddings for each in windows]),
            np.concatenate([each.starts for each in windows]),
        )

    def stream(self, blocks: Iterable[Pcm]) -> Iterator[EmbeddedWindows]:
        """Yields the windows of an unbroken stream, some at a time, in bounded memory.

        The windows are those that the daemon classifies; sound at the end that fills no window is
        left out.

        Args:
            blocks: int16[n] each.
        """
        waiting: list[AnyWindow] = []
        for window in self._windows(blocks):
            waiting.append(window)
            if len(waiting) == BATCH_WINDOWS:
                yield self._classified(waiting)
                waiting = []
        if waiting:
            yield self._classified(waiting)

    def _windows(self, blocks: Iterable[Pcm]) -> Iterator[AnyWindow]:
        windower = self._model_input.windower()
        most = round(BLOCK_SECONDS * self.rate_hz)
        position = 0
        for block in blocks:
            for first in range(0, len(block), most):
                piece = block[first : first + most]
                yield from windower.window(Chunk(position, piece, 0))
                position += len(piece)

    def _classified(self, windows: list[AnyWindow]) -> EmbeddedWindows:
        scores = self._classifier.classify_all(windows)
        embedded = [each.embedded for each in scores if each.embedded is not None]
        return EmbeddedWindows(
            embeddings_of(embedded), np.array([window.start_sample for window in windows])
        )


def open_embedder(name_or_path: str) -> Embedder:
    """Returns the embedder of a bundle: verified, and tested on this machine.

    Raises:
        BundleError: The bundle is absent, damaged, or scores differently on this machine.
        TeachError: Its model has no embedding.
    """
    return Embedder(load_bundle(find_bundle(name_or_path)))
