"""A metric with all its samples, and how Prometheus reads it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a metric.

    Attributes:
        value: The number, in the unit that the metric's name ends in.
        labels: What tells it from the metric's other numbers.
        suffix: What follows the metric's name: `_bucket`, `_sum` and `_count` of a histogram.
    """

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """A metric.

    Attributes:
        name: As https://prometheus.io/docs/practices/naming/ has it: our prefix, base units, and
            `_total` at the end of a counter.
        kind: What may be done with its numbers.
        help: What it is, in one line.
        samples: Its numbers, in the order in which they are told.
    """

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


def render(families: Iterable[Family]) -> str:
    """The metrics in Prometheus's text format, version 0.0.4."""
    return "".join(f"{line}\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in sample.labels)
        labels = f"{{{pairs}}}" if pairs else ""
        yield f"{family.name}{sample.suffix}{labels} {_number(sample.value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
