"""Checks the configuration, and prints its targets and rules in plain words."""

import sys

from soundpost.errors import nearest
from soundpost.mqtt.broker import load_broker_address
from soundpost_notify.deliver.build import build_targets
from soundpost_notify.rules.words import node_rule_in_words, rule_in_words
from soundpost_notify.service.build import build_rules
from soundpost_notify.settings import NotifySettings
from soundpost_web.nodes.groups import installed_names
from soundpost_web.settings.zones import Zones


def print_check(settings: NotifySettings) -> None:
    """Prints what the configuration means.

    Raises:
        ConfigError: It is wrong, or a file that it names cannot be used.
        NotifyError: A target needs Apprise, which is not installed.
    """
    rules = build_rules(settings)
    broker = load_broker_address(settings.mqtt)
    targets = build_targets(settings)
    zone = Zones(settings.notify.zone, settings.zones).page.key
    lines = [f"broker: {broker}, topics below {settings.mqtt.prefix}/", f"time zone: {zone}"]
    lines += [f"target {name}" for name in targets]
    lines += [f"{rule.name}: {rule_in_words(rule)}" for rule in rules.sounds]
    lines += [f"{rule.name}: {node_rule_in_words(rule.config)}" for rule in rules.nodes]
    used = {name for rule in settings.rules for name in rule.targets}
    used |= {name for rule in settings.nodes for name in rule.targets}
    lines += [f"note: no rule uses the target {name}" for name in targets if name not in used]
    lines += _unknown_labels(settings)
    sys.stdout.write("\n".join(lines) + "\n")


def _unknown_labels(settings: NotifySettings) -> list[str]:
    """Returns a line about each label that no bundle on this machine has.

    It is a typing error, or a label of a model that only a node has.
    """
    known = installed_names()
    folded = {name.casefold() for name in known}
    notes = []
    for label in dict.fromkeys(label for rule in settings.rules for label in rule.labels or []):
        if label.casefold() not in folded:
            near = nearest(label, known)
            guess = f"; did you mean {near}?" if near else ""
            notes.append(f"note: no model on this machine has the label {label}{guess}")
    return notes
