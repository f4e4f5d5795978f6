"""The configuration of the notifier: each error says what was expected."""

import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.config.toml import TomlFile
from soundpost.errors import ConfigError
from soundpost_notify.settings import NotifySettings, load_settings
from soundpost_notify.settings.load import queue_path, state_folder

PHONE = '[ntfy.phone]\ntopic = "gate"\n'
MAIL = "[email.m]\nhost = 'h'\nfrom = 'a@b'\n"
LOGIN = "username = 'u'\npassword_file = 'p'\n"
HOOK = "[webhook.x]\nurl = 'http://x'\n"
NODES = "[[nodes]]\ntargets = ['phone']\n"
RULE = '[[rules]]\ntargets = ["phone"]\n'


def load(tmp_path: Path, text: str) -> NotifySettings:
    """Returns the configuration in a text."""
    path = tmp_path / "notify.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, {})


def test_a_target_and_a_rule_are_enough(tmp_path: Path) -> None:
    """All else has defaults."""
    found = load(tmp_path, PHONE + RULE)
    assert found.ntfy["phone"].url == "https://ntfy.sh"
    assert [rule.state for rule in found.rules] == ["confirmed"]
    assert found.queue.give_up_hours == 24.0


def test_a_rule_about_nodes_is_enough(tmp_path: Path) -> None:
    """By default about silent and deaf ones."""
    (rule,) = load(tmp_path, f'{PHONE}[[nodes]]\ntargets = ["phone"]\n').nodes
    assert (rule.silent, rule.problems) == (True, ["no_samples", "digital_silence"])


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (PHONE, r"expected a table \[\[rules\]\] or \[\[nodes\]\], got none", "NOTIFY.md"),
        (
            f"{PHONE}[[rules]]\nlabels = ['dog']\n",
            r"\[\[rules\]\] number 1: expected the key targets, got none",
            "NOTIFY.md",
        ),
        (
            f"[ntfy.phone]\nurl = 'https://x'\n{RULE}",
            r"\[ntfy\.phone\]: expected the key topic, got none",
            "NOTIFY.md",
        ),
        (
            f"{PHONE}{RULE}lable = ['dog']\n",
            r"line 5: unknown key rules\[0\]\.lable",
            r"did you mean rules\[0\]\.labels",
        ),
        (
            f"{PHONE}[[rules]]\ntargets = ['fone']\n",
            r"\[\[rules\]\] number 1: expected the name of a target, got 'fone'",
            "did you mean phone",
        ),
        (
            f"{RULE}{MAIL}to = ['c@d']\n",
            "expected the name of a target, got 'phone'",
            r"\[ntfy\.phone\]",
        ),
        (f"{PHONE}{RULE}state = 'begun'\n", "expected one of started, confirmed, ended", "NOTIFY"),
        (f"{PHONE}{RULE}from = '22:00'\n", "number 1: from and to go together", "NOTIFY"),
        (f"{PHONE}{RULE}from = '9:00'\nto = '10:00'\n", "expected a time as 22:00", "NOTIFY"),
        (f"{PHONE}{RULE}from = '09:00'\nto = '09:00'\n", "never or always", "NOTIFY"),
        (f"{PHONE}{RULE}attach = ['clip']\n", 'attach needs state = "ended"', "NOTIFY"),
        (f"{PHONE}{RULE}attach = ['clips']\n", r"rules\[0\]\.attach: expected", "NOTIFY"),
        (f"{PHONE}{RULE}again_if_surer_by = 0.1\n", "needs cooldown_minutes", "NOTIFY"),
        (f"{PHONE}{RULE}nodes = ['a b']\n", r"rules\[0\]\.nodes", "NOTIFY"),
        (
            f"{PHONE}{RULE}name = 'a'\n{RULE}name = 'a'\n",
            "expected one rule named a, got 2",
            "name",
        ),
        (
            f"{PHONE}[webhook.phone]\nurl = 'http://x'\n{RULE}",
            "one target named phone, got 2",
            "name",
        ),
        (f"{PHONE}[webhook.x]\n{RULE}", r"\[webhook\.x\]: url or url_file is needed", "NOTIFY"),
        (f"{PHONE}[webhook.x]\nurl = 'x'\n{RULE}", "expected http://host/path", "NOTIFY"),
        (f"{PHONE}[webhook.x]\nurl = 'http://a:b@x'\n{RULE}", "without a user", "NOTIFY"),
        (
            f"{PHONE}[webhook.x]\nurl = 'http://x'\nheaders = {{'a b' = 'c'}}\n{RULE}",
            "headers: expected names such as X-Room, got 'a b'",
            "NOTIFY",
        ),
        (
            f"{PHONE}[webhook.x]\nurl = 'http://x'\nheaders = {{a = \"b\\r\\nc\"}}\n{RULE}",
            r"webhook\.x\.headers\.a: expected printable ASCII",
            "NOTIFY",
        ),
        (
            f"{PHONE}{HOOK}token_file = 'x'\nheaders = {{authorization = 'b'}}\n{RULE}",
            "headers has Authorization, and token_file is set",
            "NOTIFY",
        ),
        (f"[ntfy.'a b']\ntopic = 'x'\n{RULE}", "expected a name of 1 to 32 letters", "targets"),
        (f"[ntfy.phone]\ntopic = 'a/b'\n{RULE}", r"ntfy\.phone\.topic: expected 1 to 64", "NOTIFY"),
        (
            f"{PHONE}[email.m]\nhost = 'h'\nfrom = 'a@b'\nto = [\"c@d\\nBcc: x\"]\n{RULE}",
            r"email\.m\.to: expected",
            "NOTIFY",
        ),
        (
            f"{PHONE}[email.m]\nhost = 'h'\nfrom = 'a@b'\nto = ['c@d']\nusername = 'u'\n{RULE}",
            "username and password_file go together",
            "NOTIFY",
        ),
        (
            f"{PHONE}{MAIL}to = ['c@d']\n{LOGIN}security = 'none'\n{RULE}",
            "would send the password unencrypted",
            "NOTIFY",
        ),
        (f"{PHONE}{RULE}[mqtt]\ncommands = true\n", "commands: the notifier sends none", "NOTIFY"),
        (f"{PHONE}{RULE}[notify]\nlatitude = 1\n", "latitude and longitude go together", "NOTIFY"),
        (f"{PHONE}{RULE}[zones]\ngate = 'Mars'\n", "time zone 'Mars'", "NOTIFY"),
        (f"{PHONE}{RULE}[queue]\ngive_up_hours = 0\n", r"queue\.give_up_hours: expected", "NOTIFY"),
        (
            f"{PHONE}[[nodes]]\ntargets = ['phone']\nproblems = ['deaf']\n",
            r"nodes\[0\]\.problems: expected",
            "NOTIFY",
        ),
        (
            f"{PHONE}{NODES}silent = false\nproblems = []\nbroker = false\n",
            r"\[\[nodes\]\] number 1: silent, problems and broker are all off",
            "NOTIFY",
        ),
        (f"{PHONE}rules = 3\n", "unknown key ntfy.phone.rules", ""),
        (f"rules = 3\n{PHONE}", "rules: expected a list of tables, got 3", r"\[\[rules\]\]"),
        (f"ntfy = 3\n{RULE}", "ntfy: expected a table, got 3", r"\[ntfy\]"),
        ("[[rules", "is not TOML", "tables look like"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, text: str, message: str, hint: str) -> None:
    """The error names the key and what it should be, and the hint the remedy."""
    with pytest.raises(ConfigError, match=message) as error:
        load(tmp_path, text)
    assert error.match(message)
    assert hint.replace("\\", "") in error.value.hint
    assert "\n" not in str(error.value)


@given(
    st.sampled_from(["notify", "mqtt", "queue", "ntfy", "webhook", "email", "apprise"])
    | st.sampled_from(["rules", "nodes", "clips", "zones", "groups"]),
    st.recursive(
        st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_garbage_is_an_error_of_the_configuration(table: str, garbage: object) -> None:
    """Never a traceback."""
    tables = {**tomllib.loads(PHONE + RULE), table: garbage}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("soundpost_notify.settings.load.read_toml", lambda _: TomlFile("x", tables))
        with suppress(ConfigError):
            load_settings(Path("x"), {})


def test_paths_of_a_person_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every table that names files."""
    monkeypatch.setenv("HOME", "/home/anna")
    found = load(
        tmp_path,
        f"{PHONE}ca_file = '~/ca'\n{RULE}[queue]\nfile = '~/q.db'\n[clips]\ngate = '~/clips'\n",
    )
    paths = found.ntfy["phone"].ca_file, str(queue_path(found)), found.clips["gate"]
    assert paths == ("/home/anna/ca", "/home/anna/q.db", "/home/anna/clips")


def test_the_state_is_in_the_folder_of_the_service() -> None:
    """Or in one of the user."""
    assert state_folder({"STATE_DIRECTORY": "/var/lib/x"}) == Path("/var/lib/x")
    assert state_folder({"XDG_STATE_HOME": "/x"}) == Path("/x/soundpost-notify")
