"""The table of packages: matching of files, errors, and the table that is included."""

from pathlib import Path

import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.sources.debian.table import Rule, read_rules

HEADER = "package,files,labels,use,reason,copyright\n"


def table(folder: Path, row: str) -> Path:
    """Writes a table of one row."""
    path = folder / "packages.csv"
    path.write_text(HEADER + row)
    return path


def test_the_included_table_has_unique_rules_and_both_uses() -> None:
    """Each package has rules; speech is held out by package and by language."""
    rules = read_rules()
    every = [rule for package in rules.values() for rule in package]
    assert len({rule.group for rule in every}) == len(every)
    held_out = {
        rule.package for rule in every if rule.use == "held_out" and "speech" in rule.labels
    }
    assert {"asterisk-core-sounds-fr-g722", "asterisk-core-sounds-ru-g722"} <= held_out
    assert all(rule.reason for rule in every)


def test_a_pattern_matches_the_end_of_a_path_at_a_folder() -> None:
    """`cow.ogg` is not found in `my-cow.ogg`, and `*` also stands for folders."""
    rule = Rule("p", ("cow.ogg", "music/*"), (), "train", "r", "")
    assert rule.matches("usr/share/p/cow.ogg")
    assert rule.matches("usr/share/p/music/a/b.ogg")
    assert not rule.matches("usr/share/p/my-cow.ogg")
    assert not rule.matches("usr/share/p/Cow.ogg")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("p,*,dog,trian,why,", "'trian'"),
        ("p,*,A Dog,train,why,", "'A Dog' is not a label"),
        ("p,,dog,train,why,", "a value for files"),
        ("p,*,dog,train,,", "a value for reason"),
        (",*,dog,train,why,", "a value for package"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    """The error has the package and the wrong value."""
    with pytest.raises(DatasetError, match=message):
        read_rules(table(tmp_path, row))


def test_rules_keep_the_order_of_the_table(tmp_path: Path) -> None:
    """The first rule that matches a file holds, so the order counts."""
    rules = read_rules(table(tmp_path, "p,a;b,x;y,no,why,src/*\np,*,,held_out,rest,"))
    assert [rule.files for rule in rules["p"]] == [("a", "b"), ("*",)]
    assert rules["p"][0].labels == ("x", "y")
    assert rules["p"][0].copyright == "src/*"
