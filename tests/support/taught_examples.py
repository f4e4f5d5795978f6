"""Examples of a label on made embeddings: separable ones, and ones that are not."""

import numpy as np

from soundpost.teach.examples import Embeddings, Examples, Recording, Stretch

SIZE = 12
STRIDE_SECONDS = 0.24


def embeddings(count: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> Embeddings:
    """Returns windows around a point: `shift` in the first four values, 0 in the others."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, SIZE))
    values[:, :4] += shift
    return (values * scale).astype(np.float32)


def recording(seed: int, shift: float = 4.0, name: str = "", windows: int = 12) -> Recording:
    """Returns a recording; its key is that of its seed."""
    stretch = Stretch(name or f"clip-{seed}.wav", embeddings(windows, seed, shift), STRIDE_SECONDS)
    return Recording(f"{seed:064x}", stretch, embeddings(windows, seed + 1_000, shift))


def background(minutes: float, seed: int = 5, shift: float = 0.0) -> Stretch:
    """Returns background of a time that is known."""
    windows = round(minutes * 60 / STRIDE_SECONDS)
    start_ns = 1_795_246_200_000_000_000
    return Stretch("this node", embeddings(windows, seed, shift), STRIDE_SECONDS, start_ns)


def examples(
    recordings: int = 6, minutes: float = 4.0, shift: float = 4.0, general: int = 60
) -> Examples:
    """Returns examples of a label whose windows are `shift` away from all others."""
    return Examples(
        label=[recording(seed, shift) for seed in range(recordings)],
        others=[recording(seed + 100, 0.0, f"other-{seed}.wav") for seed in range(3)],
        background=[background(minutes)] if minutes else [],
        general=embeddings(general, 9),
    )
