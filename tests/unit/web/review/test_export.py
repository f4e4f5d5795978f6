"""The training folder as an archive."""

import io
import tarfile
from pathlib import Path

from mosquitto import wait_until
from review_events import event_id
from web_clips import write_clip
from web_page import MakePage, Page

from soundpost.review import Decision, Verdict, open_store


def export(page: Page) -> str:
    """Exports; returns the page of the export when it has ended."""
    token = page.get("/review/export").token
    assert page.post("/review/export", {"token": token}).status == 303
    wait_until(lambda: "is running" not in page.get("/review/export").text)
    return page.get("/review/export").text


def test_an_admin_downloads_what_training_reads(make_page: MakePage, tmp_path: Path) -> None:
    """Of all verdicts of the store; the folder that was packed is removed."""
    for number in range(3):
        write_clip(tmp_path / "clips", number, "dog")
    page = make_page(passwords=True, clips={"folder": str(tmp_path / "clips")})
    page.log_in("admin")
    page.get("/review")
    assert "there is no sound to export" in export(page)
    assert page.get("/review/export/file").status == 404
    with open_store(page.folder / "review.db") as store:
        store.record([Decision(event_id(number), Verdict.RIGHT) for number in range(2)])
    text = export(page)
    assert "2 sounds of 1 recordings" in text
    answer = page.get("/review/export/file")
    assert answer.headers["content-type"] == "application/x-tar"
    assert "attachment" in answer.headers["content-disposition"]
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
        assert all(name.startswith("soundpost-review-") for name in names)
        assert sum(name.endswith(".flac") for name in names) == 2
        assert any(name.endswith("/labels.csv") for name in names)
        assert any(name.endswith("/experiment.toml") for name in names)
    assert [path.name for path in (page.folder / "export").iterdir()] == ["training.tar"]
