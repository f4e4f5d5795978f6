"""The tables of an experiment about sound: recordings, windows, augmentation."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from soundpost_training.experiment.section import NotNegative, Positive, Section, Share

NOT_STATED = "not stated"
"""The licence or attribution of a data set for which neither file nor experiment has one."""


class DataConfig(Section, frozen=True, kw_only=True):
    """The recordings; `folder` is absolute or lies under $SOUNDPOST_DATA.

    `esc50`, `esc10`, `urbansound8k` and `fsd` (FSD50K, FSDKaggle2018 and 2019) bring folds, licence
    and attribution. `folders` is a folder per label. `csv` is a table `labels.csv` of path, label
    and fold or group. For the last two, recordings without folds are assigned to `folds` folds, and
    licence and attribution are stated here, or in the table.

    `labels`, if any, selects the labels to train on. The clips of the labels in `background` are
    trained on as sound without a label, and may be mixed beneath other clips. `shuffle_anyway`
    assigns folds by clip although clips of one recording then leak between folds.
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
    """The length and the stride of a window, in frames of the feature specification.

    A held-out clip that is shorter than a window is followed by `silence` for scoring, or goes on
    from its beginning with `repeat`, as it does in training.
    """

    frames: Positive = 192
    stride_frames: Positive = 50
    short_clips: Literal["silence", "repeat"] | UnsetType = UNSET


class BackgroundConfig(Section, frozen=True, kw_only=True):
    """The mixing of background (clips of `data.background` and of `labels`) beneath other clips.

    `mix_share` of the examples get a background; the signal-to-noise ratio is drawn between
    `lowest_snr_db` and `highest_snr_db`. In `begin_share` of these examples the clip begins within
    the window, after background alone. `labels` keep their label where they are not the background
    of another clip.
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
    """Reverberation by the impulse responses in `folder`, under $SOUNDPOST_DATA as the data.

    Each clip is convolved with `copies` different responses; training uses a reverberated copy in
    `share` of the cases.
    """

    folder: str
    copies: Positive = 2
    share: Share = 0.5
    seed: NotNegative = 0


class AugmentConfig(Section, frozen=True, kw_only=True):
    """Augmentation of training examples; zeros switch each kind off.

    `equalizer_db` is the largest difference of a microphone's treble, up or down.

    The fields that may be `UNSET` were added later. They are not encoded while they are left out,
    so that fingerprints of experiments without them stay valid.
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
