"""Derives the configuration of each source: no two share a topic, a file or a port."""

from pathlib import PurePath
from typing import Any

from soundpost.errors import ConfigError, did_you_mean

Tables = dict[str, Any]
"""Values by table and key, as the configuration file has them."""

_OF_THE_SOURCE = ("name", "bundle", "models", "chosen", "gate", "device_classes")
"""The keys of `[[sources]]` that are no keys of `[capture]`."""
_HIGHEST_PORT = 65_535


def refuse_both_forms(tables: Tables) -> None:
    """Refuses a file that names its sources in both ways.

    Raises:
        ConfigError: `[capture]` stands beside `[[sources]]`, or `node.source` does.
    """
    if not tables.get("sources"):
        return
    if "capture" in tables:
        raise ConfigError(
            "expected either [capture], for one source, or [[sources]], got both",
            hint="move the keys of [capture] into a table [[sources]] with a name",
        )
    if "source" in tables.get("node", {}):
        raise ConfigError(
            "node.source is set beside [[sources]], each of which has its own name",
            hint="remove node.source",
        )


def apply_flags(tables: Tables, flags: Tables) -> str | None:
    """Applies the flags of the command line that are keys of a source to every source.

    A flag wins over the file: `--channel` over the channel of each source, `--bundle` over the
    model of each. `--source` chooses one of the sources.

    Args:
        tables: The file, with `[[sources]]`; changed in place.
        flags: The values of the command line; those that are applied here are removed.

    Returns:
        The name of the chosen source; None for all.
    """
    capture = dict(flags.pop("capture", {}))
    chosen: str | None = capture.pop("source", None)
    for source in tables["sources"]:
        source.update(capture)
        if "models" in flags or "bundle" in flags.get("classify", {}):
            for key in ("bundle", "models"):
                source.pop(key, None)
    return chosen


def tables_of_source(tables: Tables, name: str) -> Tables:
    """Returns the configuration of one source, as if it were the only one of a daemon.

    Its topics lie below `<prefix>/<node>/<source>`; it has its own outbox, folder of clips, client
    identifier, and file or port of metrics. `[decide]` and all that is not named here apply to
    every source as they are.

    Args:
        tables: The whole configuration, with `[[sources]]`.
        name: The name of the source.

    Raises:
        ConfigError: No source has this name, or it names models that are not there.
    """
    sources: list[Tables] = tables["sources"]
    names = [source["name"] for source in sources]
    if name not in names:
        raise ConfigError(
            f"there is no source {name!r}: the tables [[sources]] are {', '.join(names)}",
            hint=did_you_mean(name, names),
        )
    source = sources[names.index(name)]
    derived = {key: table for key, table in tables.items() if key != "sources"}
    derived["node"] = tables.get("node", {}) | {"source": name}
    derived["capture"] = {key: value for key, value in source.items() if key not in _OF_THE_SOURCE}
    derived["gate"] = tables.get("gate", {}) | source.get("gate", {})
    _choose_models(derived, source)
    _choose_sounds(derived, source)
    _separate(derived, name, names.index(name))
    return derived


def _choose_models(derived: Tables, source: Tables) -> None:
    """Replaces the models by those that the source names."""
    if "bundle" in source:
        derived.pop("models", None)
        derived["classify"] = derived.get("classify", {}) | {"bundle": source["bundle"]}
    if "models" not in source:
        return
    models: list[Tables] = derived.get("models", [])
    bundles = [model.get("bundle", "") for model in models]
    for wanted in source["models"]:
        if wanted not in bundles:
            raise ConfigError(
                f"source {source['name']}: no table [[models]] has the bundle {wanted!r}",
                hint=did_you_mean(wanted, bundles, "add a table [[models]] with this bundle"),
            )
    derived["models"] = [model for model in models if model.get("bundle") in source["models"]]


def _choose_sounds(derived: Tables, source: Tables) -> None:
    """Replaces the names of labels in `[mqtt]`, because sources may have models of other labels."""
    mqtt = dict(derived.get("mqtt", {}))
    if "chosen" in source:
        mqtt["chosen"] = source["chosen"]
    if "device_classes" in source:
        mqtt["device_classes"] = mqtt.get("device_classes", {}) | source["device_classes"]
    derived["mqtt"] = mqtt


def _separate(derived: Tables, name: str, position: int) -> None:
    """Gives the source its own client identifier, files, folder and port."""
    mqtt, metrics = dict(derived.get("mqtt", {})), dict(derived.get("metrics", {}))
    evidence = dict(derived.get("evidence", {}))
    if "client_id" in mqtt:
        mqtt["client_id"] = f"{mqtt['client_id']}-{name}"
    if "outbox" in mqtt:
        path = PurePath(mqtt["outbox"])
        mqtt["outbox"] = str(path.parent / name / path.name)
    if "folder" in evidence:
        evidence["folder"] = str(PurePath(evidence["folder"]) / name)
    if "textfile" in metrics:
        # In the same folder, which is where node_exporter looks.
        path = PurePath(metrics["textfile"])
        metrics["textfile"] = str(path.with_name(f"{path.stem}-{name}.prom"))
    if "listen" in metrics:
        host, _, port = metrics["listen"].rpartition(":")
        if int(port) + position > _HIGHEST_PORT:
            raise ConfigError(
                f"metrics.listen leaves no port for source {name}: each has the next one",
                hint=f"use a port below {_HIGHEST_PORT - position}",
            )
        metrics["listen"] = f"{host}:{int(port) + position}"
    derived |= {"mqtt": mqtt, "metrics": metrics, "evidence": evidence}
