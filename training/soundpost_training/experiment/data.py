"""The tables of an experiment that say what is heard: recordings, and what is done to them."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from soundpost_training.experiment.section import NotNegative, Positive, Section, Share

NOT_STATED = "not stated"
"""Of a licence or an attribution: nobody has said what it is."""


class DataConfig(Section, frozen=True, kw_only=True):
    """The recordings; `folder` is absolute or lies under $SOUNDPOST_DATA.

    `esc50`, `esc10`, `urbansound8k` and `fsd` (FSD50K, FSDKaggle2018 and 2019) bring folds, licence
    and attribution. `folders` is a folder per label, `csv` a table `labels.csv` of path, label and
    fold or group; for these, `folds` is into how many folds the recordings are dealt where none
    are given, and licence and attribution are yours to state, or the table's.

    `labels`, if any, are the only ones that are taken. Those in `background` are nothing to be
    told of: their clips are taught as no label at all, and may be mixed beneath the others.
    `shuffle_anyway` deals the folds by clip in spite of what leaks.
    """

    kind: Literal["esc50", "esc10", "urbansound8k", "fsd", "folders", "csv"]
    folder: str
    folds: Annotated[int, Meta(ge=2)] = 5
    licence: str = NOT_STATED
    attribution: str = NOT_STATED
    labels: tuple[str, ...] = ()
    background: tuple[str, ...] = ()
    shuffle_anyway: bool = False


class WindowConfig(Section, frozen=True, kw_only=True):
    """The stretch that is classified at once, in frames of the feature specification."""

    frames: Positive = 192
    stride_frames: Positive = 50


class BackgroundConfig(Section, frozen=True, kw_only=True):
    """How background is mixed beneath the others: the clips of `data.background`, and of `labels`.

    `mix_share` of the examples get one, so much fainter than the example as the ratio says;
    `begin_share` of these begin within the window, and the background alone is heard until then.
    `labels` are told of where they are alone: what is heard above them is what stands out.
    """

    mix_share: Share = 0.5
    lowest_snr_db: float = 5.0
    highest_snr_db: float = 30.0
    begin_share: Share = 0.0
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.lowest_snr_db > self.highest_snr_db:
            raise ValueError("lowest_snr_db is above highest_snr_db")


class ReverbConfig(Section, frozen=True, kw_only=True):
    """Rooms to hear the clips in: `folder` has impulse responses, under $SOUNDPOST_DATA as data.

    Each clip is heard in `copies` rooms once; training takes such a copy `share` of the time.
    """

    folder: str
    copies: Positive = 2
    share: Share = 0.5
    seed: NotNegative = 0


class AugmentConfig(Section, frozen=True, kw_only=True):
    """What is done to an example before the network hears it; zeros leave it as it is.

    `equalizer_db` is how far one microphone's treble may lie above or below another's.

    What is not there is not encoded either: what was named by its settings before there were such
    settings keeps its name.
    """

    stretch: Annotated[float, Meta(ge=0.0, lt=0.5)] = 0.1
    quietest_gain_db: float = -12.0
    loudest_gain_db: float = 6.0
    band_shift: NotNegative = 3
    mix_share: Share = 0.8
    masks: NotNegative = 2
    mask_frames: NotNegative = 24
    mask_bands: NotNegative = 8
    negative_share: Share = 0.04
    background: BackgroundConfig | UnsetType = UNSET
    rooms: ReverbConfig | UnsetType = UNSET
    equalizer_db: Annotated[float, Meta(ge=0.0)] | UnsetType = UNSET
