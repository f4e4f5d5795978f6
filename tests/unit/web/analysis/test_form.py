"""Forms with a file, piece by piece."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_upload import BOUNDARY, form_body

from soundpost_web.analysis.form import FormError, UploadForm

TYPE = f"multipart/form-data; boundary={BOUNDARY}"
FIELDS = {"token": "5e", "bundle": "everyday"}


def read(body: bytes, size: int = 1_000) -> tuple[UploadForm, bytes]:
    """Reads a body in pieces of a size; returns the form and the file."""
    form = UploadForm(TYPE)
    pieces = [form.feed(body[at : at + size]) for at in range(0, len(body), size)]
    return form, b"".join(pieces)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_a_file_is_read_byte_by_byte(content: bytes, size: int) -> None:
    """Whatever is in it, and however it arrives."""
    form, file = read(form_body(FIELDS, 'Straße "\N{SNOWMAN}"\r\n.wav', content), size)
    assert file == content
    assert form.fields == FIELDS
    assert form.file_name == 'Straße "\N{SNOWMAN}"\r\n.wav'
    assert form.is_complete


@given(st.binary(max_size=300))
def test_garbage_is_an_error_or_no_form(body: bytes) -> None:
    """Nothing else is raised, and nothing becomes a file."""
    form = UploadForm(TYPE)
    try:
        assert form.feed(body) == b""
    except FormError:
        return
    assert form.file_name is None


@given(st.integers(0, 299))
def test_a_form_that_breaks_off_is_not_complete(length: int) -> None:
    """Also in the last line."""
    body = form_body(FIELDS, "a.wav", b"sound")
    form, _ = read(body[: length % (len(body) - 4)])
    assert not form.is_complete


def part(headers: str, content: str = "x") -> str:
    """Returns a part of a form."""
    return f"--{BOUNDARY}\r\n{headers}\r\n\r\n{content}\r\n"


FILE = part('Content-Disposition: form-data; name="file"; filename="a"')
FIELD = part('Content-Disposition: form-data; name="token"')


@pytest.mark.parametrize(
    "parts",
    [
        FILE + FILE,
        FILE + FIELD,
        FIELD * 11,
        part('Content-Disposition: form-data; name="token"', "x" * 2_000),
        part("X: " + "y" * 2_000),
        part("Y" * 2_000 + ": x"),
    ],
    ids=["two files", "a field behind it", "many fields", "long field", "long header", "long name"],
)
def test_other_forms_are_refused(parts: str) -> None:
    """Only the form of the page is read, whose fields come first and are short."""
    with pytest.raises(FormError):
        read(f"{parts}--{BOUNDARY}--\r\n".encode())


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"),
        *("multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 2_000),
    ],
)
def test_a_form_without_files_is_none(content_type: str) -> None:
    """Also one whose boundary is missing."""
    with pytest.raises(FormError):
        UploadForm(content_type)


def test_a_part_without_a_name_is_a_field_without_a_name() -> None:
    """It is of no use, and harms nothing."""
    form, file = read(f"{part('X: y')}{FILE}--{BOUNDARY}--\r\n".encode())
    assert (form.fields, file) == ({"": "x"}, b"x")
