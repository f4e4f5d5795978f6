"""Rules in plain words."""

import msgspec
from notify_parts import rule

from soundpost_notify.rules.words import node_rule_in_words, rule_in_words
from soundpost_notify.settings import NodeRuleConfig


def test_a_rule_about_sounds_is_sentences() -> None:
    """Each key that is set has its words."""
    words = rule_in_words(
        rule(
            known={"alarms": ["siren"]},
            groups=["alarms"],
            **{"from": "22:00", "to": "06:00"},
            least_score=0.8,
            labels=["dog", "cat"],
            nodes=["north-*", "barn"],
            targets=["phone", "mail"],
            state="ended",
            attach=["picture", "clip"],
            first_of_day=True,
            cooldown_minutes=10,
            again_if_surer_by=0.1,
            late="send",
            retracted="follow-up",
            test=True,
        )
    )
    assert words == (
        "when dog or cat or a sound of the group alarms has ended at the node north-* or barn, "
        "with a score of at least 0.8, from 22:00 to 06:00: to phone and mail, with its picture "
        "and clip. Only the first of the day, for each sound of each node. At most once in 10 "
        "minutes, for each sound of each node. Again if the score is higher by 0.1. Events older "
        "than 10 minutes are sent as late. If the event is retracted after that, a second message "
        "follows. Self-tests are sent too."
    )


def test_a_plain_rule_is_short() -> None:
    """Many names are cut."""
    assert rule_in_words(rule()) == (
        "when any sound is confirmed at any node: to phone. "
        "Events older than 10 minutes are left out."
    )
    assert rule_in_words(rule(known={"alarms": ["siren"]}, groups=["alarms"])).startswith(
        "when a sound of the group alarms is confirmed"
    )
    assert "s6, s7 or 3 more is confirmed" in rule_in_words(
        rule(labels=[f"s{number}" for number in range(11)])
    )


def test_a_rule_about_nodes_is_a_sentence() -> None:
    """Reasons that are off have no words."""

    def words(**keys: object) -> str:
        return node_rule_in_words(msgspec.convert({"targets": ["phone"]} | keys, NodeRuleConfig))

    assert words() == (
        "when any node is offline, has reported nothing for 90 s and three reports, or reports "
        "no_samples or digital_silence, or when the broker is away, for 20 s: to phone. Also when "
        "that is over. At most 6 messages an hour for each node."
    )
    assert words(silent=False, problems=[], back=False).startswith(
        "when the broker is away, for 20 s: to phone. At most"
    )
