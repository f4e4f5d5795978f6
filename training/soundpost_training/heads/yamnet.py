"""YAMNet's frozen embedding, as a yardstick for heads."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import keras
import numpy as np

from soundpost.audio import Chunk, Pcm
from soundpost.events import Window
from soundpost.features import FeatureSpec, Windower
from soundpost.teach.sound.embed import EmbeddedWindows
from soundpost_training.network.arch.yamnet import LAYERS, yamnet_layers
from soundpost_training.network.pretrained.yamnet import yamnet_weights

WINDOW_FRAMES, STRIDE_FRAMES = 96, 48
"""YAMNet's own window of 0.96 s and its stride."""
BATCH_WINDOWS = 256


class YamnetEmbedder:
    """Computes the 1,024 values that YAMNet's classifier takes, in float arithmetic.

    Args:
        path: Its .tflite file.
    """

    def __init__(self, path: Path) -> None:
        self._spec = FeatureSpec()
        log_mel = keras.Input((WINDOW_FRAMES, self._spec.mel_bands, 1), name="log_mel")
        *_, last = yamnet_layers(log_mel, LAYERS)
        self._network = keras.Model(log_mel, keras.layers.GlobalAveragePooling2D()(last))
        weights = yamnet_weights(path)
        for layer in self._network.layers:
            if layer.name in weights:
                layer.set_weights(weights[layer.name])
        self.rate_hz = self._spec.sample_rate_hz
        self.window_samples = self._spec.sample_count(WINDOW_FRAMES)
        self.stride_samples = STRIDE_FRAMES * self._spec.hop_samples
        self.stride_seconds = self.stride_samples / self.rate_hz

    def embed(self, samples: Pcm) -> EmbeddedWindows:
        """Returns the windows of a stretch of sound; see `Embedder.embed`."""
        windows = list(self.stream([samples]))
        return EmbeddedWindows(
            np.concatenate([each.embeddings for each in windows]),
            np.concatenate([each.starts for each in windows]),
        )

    def stream(self, blocks: Iterable[Pcm]) -> Iterator[EmbeddedWindows]:
        """Yields the windows of an unbroken stream; see `Embedder.stream`."""
        windower = Windower(self._spec, WINDOW_FRAMES, STRIDE_FRAMES)
        waiting: list[Window] = []
        position = 0
        for block in blocks:
            waiting += windower.window(Chunk(position, block, 0))
            position += len(block)
            if len(waiting) >= BATCH_WINDOWS:
                yield self._embedded(waiting)
                waiting = []
        if waiting:
            yield self._embedded(waiting)

    def _embedded(self, windows: list[Window]) -> EmbeddedWindows:
        inputs = np.stack([window.log_mel for window in windows])[..., None]
        embeddings = np.asarray(self._network.predict_on_batch(inputs), np.float32)
        return EmbeddedWindows(
            embeddings, np.array([window.start_sample for window in windows], np.int64)
        )
