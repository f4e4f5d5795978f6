"""Attaches heads to models: their labels are scored beside those of the model."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from soundpost.classify import Bundle, Classifier
from soundpost.classify.model import Model
from soundpost.config import HeadsConfig
from soundpost.errors import HeadError
from soundpost.heads.headed_classifier import HeadedClassifier
from soundpost.heads.installed import InstalledHead, read_installed
from soundpost.heads.location import heads_folder
from soundpost.manifest import Manifest, minimum_daemon
from soundpost.manifest.label import version_numbers
from soundpost.messages import HeadIdentity, HeadReport

_log = logging.getLogger("soundpost.heads")


@dataclass(frozen=True, slots=True)
class AttachedHeads:
    """The heads of a node and the models that they run on.

    Attributes:
        installed: All heads, by label.
        manifests: Of the models, each with the labels of its heads behind its own.
        problem: The reason for which the folder of heads cannot be read; None if it can.
    """

    installed: Sequence[InstalledHead]
    manifests: Sequence[Manifest]
    problem: str | None = None

    def attach(self, models: Sequence[Model]) -> tuple[Model, ...]:
        """Returns the models with their heads; those without any stay as they are.

        Args:
            models: Of the manifests that the heads were read for, in their order.
        """
        return tuple(
            self._with_heads(model, number, manifest)
            for number, (model, manifest) in enumerate(zip(models, self.manifests, strict=True))
        )

    @property
    def labels(self) -> list[str]:
        """The labels that stand beside those of the models, and may be detected here."""
        return [
            each.label.name
            for each in self.installed
            if each.model is not None and not each.is_elsewhere
        ]

    @property
    def reports(self) -> list[HeadReport]:
        """The state of each head, as health has it; those of other sources have their own."""
        return [
            HeadReport(
                label=each.label.name,
                head=HeadIdentity(
                    id=each.head.description.id, version=each.head.description.version
                )
                if each.head
                else None,
                problem=f"{each.problem} ({each.hint})" if each.problem else None,
            )
            for each in self.installed
            if not each.is_elsewhere
        ]

    @property
    def has_problems(self) -> bool:
        """True if a head is not run, or the folder of heads cannot be read."""
        return self.problem is not None or any(each.problem for each in self.installed)

    def require_all(self) -> list[str]:
        """Returns the label and the version of each head.

        Raises:
            HeadError: A head is not run, or the folder cannot be read.
        """
        if self.problem is not None:
            raise HeadError(self.problem, hint="see heads.folder in docs/CONFIG.md")
        for each in self.installed:
            if each.problem is not None:
                raise HeadError(f"{each.label.name}: {each.problem}", hint=each.hint or "")
        return [
            f"{each.label.name} {each.head.description.version}"
            for each in self.installed
            if each.head is not None and not each.is_elsewhere
        ]

    def log(self) -> None:
        """Logs the heads that run, and each one that does not with the remedy."""
        running = [each.running for each in self.installed if each.running is not None]
        if running:
            names = ", ".join(f"{head.label} {head.description.version}" for head in running)
            _log.info("heads: %s", names)
        elsewhere = [each.label.name for each in self.installed if each.is_elsewhere]
        if elsewhere:
            _log.info("heads on models of other sources: %s", ", ".join(elsewhere))
        if self.problem is not None:
            _log.error("no head is run: %s", self.problem)
        for each in self.installed:
            if each.problem is not None:
                _log.error(
                    "the head %s is not run: %s (%s)", each.label.name, each.problem, each.hint
                )

    def _with_heads(self, model: Model, number: int, manifest: Manifest) -> Model:
        own = [each for each in self.installed if each.model == number]
        classifier = model.classifier
        if not own or not isinstance(classifier, Classifier):
            return model
        weights = [each.running.weights if each.running else None for each in own]
        return replace(model, classifier=HeadedClassifier(classifier, weights), extended=manifest)


def read_heads(
    config: HeadsConfig,
    manifests: Sequence[Manifest],
    *,
    sets_aside: bool = False,
    source: str | None = None,
) -> AttachedHeads:
    """Reads the heads that the configuration names, for the models of some manifests.

    Args:
        config: Names the folder; by default the one in the state folder of the service.
        manifests: Of the models, in their order.
        sets_aside: True to rename damaged files, as the daemon does at its start.
        source: The name of the source, if the node has several: heads on models of other names
            are those of other sources, and no problem.
    """
    folder = heads_folder(config)
    if folder is None:
        return AttachedHeads((), manifests)
    try:
        installed = read_installed(
            folder, manifests, sets_aside=sets_aside, is_one_of_several=source is not None
        )
    except HeadError as error:
        return AttachedHeads((), manifests, f"{error} ({error.hint})")
    return AttachedHeads(
        installed,
        [
            _extended(manifest, [each for each in installed if each.model == number])
            for number, manifest in enumerate(manifests)
        ],
    )


def manifests_with_heads(config: HeadsConfig, bundles: Sequence[Bundle]) -> list[Manifest]:
    """Returns the manifests of bundles, each with the labels of its heads behind its own."""
    return list(read_heads(config, [bundle.manifest for bundle in bundles]).manifests)


def head_digests(config: HeadsConfig) -> dict[str, str]:
    """Returns the version and the hash of the weights of each head that can be read, by label."""
    heads = [each.head for each in read_heads(config, ()).installed]
    return {
        head.label: f"{head.description.version} ({head.description.weights.sha256[:12]})"
        for head in heads
        if head is not None
    }


def with_heads(
    config: HeadsConfig, models: Sequence[Model], source: str | None = None
) -> tuple[Model, ...]:
    """Returns models with the heads that the configuration names, and logs these."""
    heads = read_heads(config, [model.bundle.manifest for model in models], source=source)
    heads.log()
    return heads.attach(models)


def _extended(manifest: Manifest, heads: Sequence[InstalledHead]) -> Manifest:
    """Returns a manifest with the labels of heads behind its own."""
    if not heads:
        return manifest
    labels = [*manifest.labels, *(each.label for each in heads)]
    tensor = msgspec.structs.replace(manifest.output.tensor, shape=[1, len(labels)])
    output = msgspec.structs.replace(manifest.output, tensor=tensor)
    daemons = (manifest.minimum_daemon, minimum_daemon(labels))
    return msgspec.structs.replace(
        manifest,
        labels=labels,
        output=output,
        minimum_daemon=max(daemons, key=version_numbers),
    )
