"""The heads that are installed on a node, and those that cannot be run, with the reason."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from soundpost.classify.network.state_statistics import DEFINITION as OF_STATES
from soundpost.classify.network.whole_window import DEFINITION as OF_OUTPUT
from soundpost.errors import HeadError
from soundpost.heads.head import DamagedHeadError, Head, load_head, read_description
from soundpost.heads.store import CURRENT_FILE, current_version, version_folder
from soundpost.manifest import Label, LabelName, Manifest, groups_of
from soundpost.system.atomic_file import set_aside

MOST_HEADS = 100
"""On one node; each takes a label of the state topics, and some microseconds a window."""

_log = logging.getLogger("soundpost.heads")


@dataclass(frozen=True, slots=True)
class InstalledHead:
    """A head as it was found.

    Attributes:
        label: Its label; with plain thresholds if they cannot be read.
        head: The head; None if it cannot be read.
        model: Position of its backbone among the models; None if the label cannot be detected
            beside them.
        problem: The reason for which it is not run; None if it is.
        hint: The remedy.
        is_elsewhere: True if it runs in another source of the node: its score is 0 here.
    """

    label: Label
    head: Head | None
    model: int | None
    problem: str | None = None
    hint: str | None = None
    is_elsewhere: bool = False

    @property
    def running(self) -> Head | None:
        """The head if it is run."""
        return None if self.problem or self.is_elsewhere else self.head


def read_installed(
    folder: Path,
    manifests: Sequence[Manifest],
    *,
    sets_aside: bool = False,
    is_one_of_several: bool = False,
) -> list[InstalledHead]:
    """Reads the heads of a folder, each verified, by label.

    A head that is damaged, or whose backbone is none of the models, keeps its label, which the
    configuration may name, at the score 0.

    Args:
        folder: The folder of heads; nothing if it is absent.
        manifests: Of the models.
        sets_aside: True to rename damaged files to `NAME.damaged-TIME`.
        is_one_of_several: True for a source of a node with several, which share the folder: a head
            on a model of another name is that of another source.

    Raises:
        HeadError: The folder is there and cannot be read.
    """
    found: list[InstalledHead] = []
    own = {None, *(each.id for each in manifests)}
    for label_folder in _label_folders(folder):
        installed = _read(label_folder, manifests, sets_aside=sets_aside)
        backbone = installed.head.description.backbone.id if installed.head else None
        if is_one_of_several and backbone not in own:
            installed = InstalledHead(installed.label, installed.head, 0, is_elsewhere=True)
        clash = _clash(installed.label, manifests, [each.label for each in found])
        if len(found) == MOST_HEADS:
            clash = f"more than {MOST_HEADS} heads are installed"
        if clash is not None:
            hint = "teach it under another name, or remove it"
            elsewhere, problem = installed.is_elsewhere, None if installed.is_elsewhere else clash
            label, head = installed.label, installed.head
            installed = InstalledHead(label, head, None, problem, hint, elsewhere)
        found.append(installed)
    return found


def _label_folders(folder: Path) -> Iterator[Path]:
    """Yields the folders of labels that have a version in use, or had one that was damaged."""
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise HeadError(
            f"the folder of heads {folder} cannot be read: {error.strerror}",
            hint="give the user of Soundpost access to it, or change heads.folder",
        ) from error
    for entry in entries:
        try:
            msgspec.convert(entry.name, LabelName)
            names = [each.name for each in entry.iterdir()]
        except (msgspec.ValidationError, OSError):
            continue  # a file, or a folder of another program
        if any(name.partition(".")[0] == CURRENT_FILE for name in names):
            yield entry


def _read(label_folder: Path, manifests: Sequence[Manifest], *, sets_aside: bool) -> InstalledHead:
    label = _plain_label(label_folder.name)
    damaged = label_folder / CURRENT_FILE
    try:
        damaged = version_folder(label_folder, current_version(label_folder))
        with suppress(HeadError):
            label = _label_of(damaged, label)
        head = load_head(damaged)
        if head.label != label_folder.name:
            raise DamagedHeadError(
                f"{damaged} is the head of {head.label}, expected {label_folder.name}",
                hint="teach the label again, or remove its folder",
            )
    except HeadError as error:
        if sets_aside and isinstance(error, DamagedHeadError):
            _set_aside(damaged)
        return InstalledHead(label, None, 0, str(error), error.hint)
    backbone = head.description.backbone
    for number, manifest in enumerate(manifests):
        if manifest.model.sha256 != backbone.sha256:
            continue
        if head.description.embedding.definition != _definition(manifest):
            break
        return InstalledHead(label, head, number)
    return InstalledHead(
        label,
        head,
        0,
        f"it was taught on {backbone.id} {backbone.version} (sha256 {backbone.sha256[:12]}…), "
        f"which is not the model in use",
        f"teach it again with `soundpost teach --again {label.name}`, or use that model",
    )


def _label_of(folder: Path, plain: Label) -> Label:
    """Returns the label of a version if it can be read and has the right name, else the plain."""
    label = read_description(folder).label
    return label if label.name == plain.name else plain


def _plain_label(name: str) -> Label:
    return Label(
        name=name,
        on_threshold=1.0,
        off_threshold=1.0,
        smoothing_windows=1,
        minimum_samples=0,
        refractory_samples=0,
    )


def _definition(manifest: Manifest) -> str | None:
    """Returns the definition of the embedding of a model; None for one that may have none."""
    if manifest.streaming is not None:
        return OF_STATES
    return None if manifest.output.embedding is None else OF_OUTPUT


def _clash(label: Label, manifests: Sequence[Manifest], before: Sequence[Label]) -> str | None:
    """Returns the reason for which a label cannot stand beside those of the models."""
    known = [each for manifest in manifests for each in manifest.labels]
    if label.name in {each.name for each in known}:
        return "the model has a label of this name"
    if label.name in groups_of([*known, *before]):
        return "a group has this name"
    if label.group in {each.name for each in (*known, *before)}:
        return f"its group {label.group} has the name of a label"
    return None


def _set_aside(path: Path) -> None:
    try:
        if path.exists():
            _log.error("%s is damaged, and set aside as %s", path, set_aside(path).name)
    except OSError as error:
        _log.error("%s is damaged, and cannot be set aside: %s", path, error.strerror)
