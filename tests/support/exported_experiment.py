"""A small experiment of audio tagging on made recordings, run by the command line."""

from dataclasses import dataclass
from pathlib import Path

from soundpost_training.cli import main

EXPERIMENT = """\
name = "tiny"
seed = 3

[sources]
kinds = ["synthesis"]
made = 4

[examples]
count = 12
room_share = 0.0

[model]
arch = "streaming"
stem_channels = 8
block_channels = [8, 8, 8]
block_stride_frames = [2, 3, 1]

[targets]
head_epochs = 1

[train]
epochs = 1
epoch_batches = 2
batch_size = 4

[bundle]
id = "tiny"
version = "0.1.0"
"""


@dataclass(frozen=True)
class Exported:
    """The folder of an experiment with `tiny.toml`, `cache`, `runs` and `models`."""

    folder: Path

    @property
    def config(self) -> Path:
        """The experiment."""
        return self.folder / "tiny.toml"

    @property
    def bundle(self) -> Path:
        """The folder of the bundle."""
        return self.folder / "models" / "tiny"

    def command(self, step: str) -> list[str]:
        """Returns the command line of a step."""
        places = [f"--{name}={self.folder / name}" for name in ("cache", "runs", "models")]
        return ["tagging", step, f"--config={self.config}", *places]


def export(folder: Path) -> Exported:
    """Exports the bundle of the experiment; $SOUNDPOST_DATA has the teachers."""
    exported = Exported(folder)
    exported.config.write_text(EXPERIMENT, encoding="utf-8")
    assert main(exported.command("export")) == 0
    return exported
