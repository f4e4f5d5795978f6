"""The report of an archive with hostile names, in a real browser and from a file."""

from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, Browser
from daemon_process import soundpost
from sample_archive import write_archive, write_models, write_sound

HOSTILE = "<script>document.title='run'</script> \"onerror=alert(1) & 'x'.wav"
BROKEN = "<b>broken</b>.wav"
"""The slash of each name divides a folder and a file in it."""
FILES = 6
LEAST_CONTRAST = 4.5
"""WCAG 2.2, level AA, for text of a usual size."""
SCHEMES = pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provides the results of an archive with hostile names, a broken file and one without time."""
    pytest.importorskip("jinja2", reason="Jinja2 is in the extra `analyze`")
    folder = tmp_path_factory.mktemp("archive")
    config = write_models(folder)
    write_archive(folder / "card", FILES)
    write_sound(folder / "card" / HOSTILE, 90, seconds=20.0)
    broken = folder / "card" / BROKEN
    broken.parent.mkdir()
    broken.write_bytes(b"no sound")
    command = ("analyze", str(folder / "card"), "--out", str(folder / "results # 1"))
    more = ("--config", str(config), "--timezone", "Europe/Berlin", "--clips", "2", "--report")
    done = soundpost(*command, *more, "--workers", "1")
    assert done.returncode == 1, done.stderr  # one file is broken
    return folder / "results # 1"


@pytest.fixture
def url(out: Path) -> str:
    """Provides the address of the page."""
    return (out / "report.html").as_uri()


@SIZES
@SCHEMES
def test_the_page_has_no_errors_and_fits_the_window(
    browser: Browser, url: str, size: tuple[int, int], *, is_dark: bool
) -> None:
    """Nothing runs, nothing is missing, and only tables scroll sideways, in boxes of their own."""
    browser.open(url, size, is_dark=is_dark)
    assert browser.messages == []
    assert browser.excess_width <= 0
    assert browser.driver.title.startswith("Soundpost: ")
    ratio, element = browser.least_contrast
    assert ratio >= LEAST_CONTRAST, element


@SCHEMES
def test_colours_follow_the_scheme_of_the_system(
    browser: Browser, url: str, *, is_dark: bool
) -> None:
    """The page has no switch of its own."""
    browser.open(url, is_dark=is_dark)
    script = "return getComputedStyle(document.body).backgroundColor"
    assert browser.driver.execute_script(script) == (
        "rgb(20, 23, 26)" if is_dark else "rgb(255, 255, 255)"
    )


def test_hostile_names_are_text(browser: Browser, url: str) -> None:
    """Names of files are shown as they are, and make no element."""
    browser.open(url)
    script = "return [document.scripts.length, document.querySelectorAll('b').length]"
    assert browser.driver.execute_script(script) == [0, 0]
    text = browser.driver.execute_script("return document.body.innerText")
    assert HOSTILE in text
    assert BROKEN in text


def test_pictures_and_sounds_load(browser: Browser, url: str, out: Path) -> None:
    """Every link leads to a file of the folder, whatever the name of that is."""
    browser.open(url)
    load = """
    const done = arguments[0];
    const pictures = [...document.images], sounds = [...document.querySelectorAll('audio')];
    const loaded = pictures.map(picture => {
      picture.loading = 'eager';
      return picture.decode().then(() => picture.naturalWidth, () => 0);
    });
    const lengths = sounds.map(sound => new Promise(resolve => {
      sound.onloadedmetadata = () => resolve(sound.duration);
      sound.onerror = () => resolve(0);
      sound.preload = 'metadata'; sound.load();
    }));
    Promise.all([Promise.all(loaded), Promise.all(lengths)]).then(done);
    """
    widths, lengths = browser.driver.execute_async_script(load)
    clips = list(out.glob("clips/*/*.flac"))
    assert len(lengths) == len(clips) > 0
    assert all(length >= 1.0 for length in lengths)
    assert len(widths) == len(clips) + len(list(out.glob("report/*.png")))
    assert all(widths)
    assert browser.messages == []


def test_the_page_is_accessible_by_its_structure(browser: Browser, url: str) -> None:
    """Cells have headers, pictures and players a text, boxes that scroll can be reached by key."""
    browser.open(url)
    script = """
    const all = selector => [...document.querySelectorAll(selector)];
    return {
      headers: all('table').filter(t => !t.querySelector('thead th[scope=col]')
        || !t.querySelector('tbody th[scope=row]')).length,
      pictures: all('img').filter(i => !i.alt.trim()).length,
      named: all('audio, svg, .scroll').filter(e => !e.getAttribute('aria-label')).length,
      keys: all('.scroll').filter(e => e.tabIndex !== 0).length,
      ids: all('[id]').length - new Set(all('[id]').map(e => e.id)).size,
      links: all('nav a').filter(a => !document.querySelector(a.getAttribute('href'))).length,
      headings: all('h1').length,
      language: document.documentElement.lang,
    };
    """
    assert browser.driver.execute_script(script) == {
        "headers": 0,
        "pictures": 0,
        "named": 0,
        "keys": 0,
        "ids": 0,
        "links": 0,
        "headings": 1,
        "language": "en",
    }
