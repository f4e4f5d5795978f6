"""The origin of messages: a node or a source of it, and the models with names of labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from soundpost.config import NodeConfig
from soundpost.manifest import Label, Manifest
from soundpost.messages.payload import HeadIdentity, HeadReport, ModelIdentity


class NodeName(NamedTuple):
    """The name of a node, and of one of its sources if it has several.

    Attributes:
        node: The name of the node.
        source: The name of the source; None if the node has one source, without a name.
    """

    node: str
    source: str | None = None

    @classmethod
    def of(cls, config: NodeConfig) -> Self:
        """Returns the name that the table `[node]` states."""
        return cls(config.name, config.source)

    @property
    def path(self) -> str:
        """The levels of the topics below the prefix: `<node>` or `<node>/<source>`."""
        return self.node if self.source is None else f"{self.node}/{self.source}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of messages.

    Attributes:
        name: The node, or a source of it.
        models: The models that classify, in the order of the configuration.
        named_labels: The labels that have a common or a scientific name, in the first model that
            gives them one.
        heads: The heads of the node, those that are not run too.
    """

    name: NodeName
    models: Sequence[ModelIdentity]
    named_labels: Mapping[str, Label] = field(default_factory=dict)
    heads: Sequence[HeadReport] = ()

    @property
    def heads_of_labels(self) -> dict[str, HeadIdentity]:
        """The head of each label that one scores."""
        return {each.label: each.head for each in self.heads if each.head and not each.problem}

    @classmethod
    def of(
        cls, config: NodeConfig, manifests: Sequence[Manifest], heads: Sequence[HeadReport] = ()
    ) -> Self:
        """Returns the origin of the messages of a node that uses some bundles and heads."""
        labels = [label for manifest in manifests for label in manifest.labels if label.has_names]
        return cls(
            NodeName.of(config),
            [ModelIdentity.of(manifest) for manifest in manifests],
            {label.name: label for label in reversed(labels)},
            heads,
        )
