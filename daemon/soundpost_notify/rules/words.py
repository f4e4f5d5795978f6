"""Rules in plain words, as `soundpost-notify check` prints them."""

from collections.abc import Iterable

from soundpost_notify.rules.rule import Rule
from soundpost_notify.settings import NodeRuleConfig

_LISTED = 8
"""Names that a sentence lists."""


def rule_in_words(rule: Rule) -> str:
    """Returns a rule about sounds as sentences."""
    config = rule.config
    sounds = [_listed(config.labels, "or")] if config.labels else []
    if config.groups:
        sounds.append(f"a sound of the group {_listed(config.groups, 'or')}")
    moment = {"started": "starts", "confirmed": "is confirmed", "ended": "has ended"}[config.state]
    parts = [f"when {' or '.join(sounds) or 'any sound'} {moment} at {_nodes(config.nodes)}"]
    if config.least_score:
        parts.append(f"with a score of at least {config.least_score:g}")
    if rule.times is not None:
        parts.append(str(rule.times))
    text = f"{', '.join(parts)}: to {_listed(config.targets, 'and')}"
    if config.attach:
        text += f", with its {_listed(config.attach, 'and')}"
    return ". ".join([text, *_limits(rule)]) + "."


def _limits(rule: Rule) -> list[str]:
    config = rule.config
    limits = []
    if config.first_of_day:
        limits.append("Only the first of the day, for each sound of each node")
    if config.cooldown_minutes:
        limits.append(
            f"At most once in {config.cooldown_minutes:g} minutes, for each sound of each node"
        )
    if config.again_if_surer_by is not None:
        limits.append(f"Again if the score is higher by {config.again_if_surer_by:g}")
    handled = "are left out" if config.late == "leave-out" else "are sent as late"
    limits.append(f"Events older than {config.late_minutes:g} minutes {handled}")
    if config.retracted == "follow-up":
        limits.append("If the event is retracted after that, a second message follows")
    if config.test:
        limits.append("Self-tests are sent too")
    return limits


def node_rule_in_words(config: NodeRuleConfig) -> str:
    """Returns a rule about nodes as sentences."""
    reasons = []
    if config.silent:
        seconds = f"{config.silent_seconds:g} s and three reports"
        reasons += ["is offline", f"has reported nothing for {seconds}"]
    if config.problems:
        reasons.append(f"reports {_listed(config.problems, 'or')}")
    parts = [f"when {_nodes(config.nodes)} {_series(reasons)}"] if reasons else []
    if config.broker:
        parts.append("when the broker is away")
    text = f"{', or '.join(parts)}, for {config.after_seconds:g} s"
    text += f": to {_listed(config.targets, 'and')}"
    back = ". Also when that is over" if config.back else ""
    return f"{text}{back}. At most {config.most_per_hour} messages an hour for each node."


def _series(parts: list[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)}, or {last}" if most else last


def _nodes(patterns: Iterable[str]) -> str:
    names = [*patterns]
    return "any node" if names == ["*"] else f"the node {_listed(names, 'or')}"


def _listed(names: Iterable[str], word: str) -> str:
    shown = [*map(str, names)]
    if len(shown) > _LISTED:
        shown = [*shown[:_LISTED], f"{len(shown) - _LISTED} more"]
    *most, last = shown
    return f"{', '.join(most)} {word} {last}" if most else last
