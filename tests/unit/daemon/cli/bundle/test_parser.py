"""The flags of `soundpost bundle`."""

import pytest

from soundpost.cli.parser import build_parser


def test_each_action_teaches_by_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """Its help has a line that can be typed."""
    for action in ("import", "show", "verify", "labels"):
        with pytest.raises(SystemExit) as ended:
            build_parser().parse_args(["bundle", action, "--help"])
        assert ended.value.code == 0
        assert f"  soundpost bundle {action} " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "usage", "near"),
    [
        ("bundle imprt m.tflite", "soundpost bundle", "import"),
        ("bundle labels x --fnd owl", "soundpost bundle labels", "--find"),
        ("bundle import m --licence x --activation sofmax", "soundpost bundle import", "softmax"),
    ],
)
def test_a_misspelt_word_gets_the_nearest_one(
    line: str, usage: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the action that was given."""
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args(line.split())
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith(f"usage: {usage} ")
    assert error.endswith(f"hint: did you mean {near}?\n")
