"""Chooses the decoder of a recording by its content."""

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from soundpost.recording.byte_stream import ByteStream
from soundpost.recording.containers.aiff import read_aiff
from soundpost.recording.containers.au import read_au
from soundpost.recording.containers.caf import read_caf
from soundpost.recording.containers.layout import ByteOrder, Layout
from soundpost.recording.containers.sniff import Beginning, sniff
from soundpost.recording.containers.wave import read_wave
from soundpost.recording.decoders import ogg
from soundpost.recording.decoders.decoder import Decoder
from soundpost.recording.decoders.pcm import PcmDecoder
from soundpost.recording.decoders.spool import spool, with_whole_length
from soundpost.recording.errors import UnreadableError

READERS: dict[bytes, Callable[[ByteStream], Layout | None]] = {
    b"FORM": read_aiff,
    b"caff": read_caf,
    b".snd": read_au,
    b"dns.": read_au,
}
"""By the first four bytes; the others of `sniff` begin a WAV or a compressed format."""

_NO_FFMPEG = "ffmpeg, which reads it, is not installed"

_LARGEST_LENGTH = 0x7FFF_FFFF
"""Fits in every reader's 32 bits."""


class _LengthField(NamedTuple):
    """The length of the sound, in a header that is corrected.

    Attributes:
        distance: Bytes from it to the sound.
        size_bytes: Its own width.
        order: The order of its bytes.
        extra: Bytes that it counts besides the sound.
    """

    distance: int
    size_bytes: int
    order: ByteOrder
    extra: int


_LENGTH_FIELDS = {
    b"RIFF": _LengthField(4, 4, "little", 0),
    b"RIFX": _LengthField(4, 4, "big", 0),
    b"FORM": _LengthField(12, 4, "big", 8),  # an offset and a block size before the sound
    b"caff": _LengthField(12, 8, "big", 4),  # a count of edits before it
}
"""By the first four bytes; libsndfile corrects the others itself."""

_COMPRESSED = {b"", b"fLaC", b"OggS"}


def open_decoder(path: Path, stream: ByteStream, opening: ExitStack) -> Decoder:
    """Returns the decoder of a recording; its warnings begin with the repaired damage.

    Plain samples are read by the layout that their header gives, because its damage can be repaired
    then. Everything else is decoded by libsndfile, or else by ffmpeg where it is installed.

    Args:
        path: The file, for errors.
        stream: Its bytes, from their start.
        opening: Closes what the decoder opens.

    Raises:
        UnreadableError: Neither the header nor libsndfile nor ffmpeg make anything of it.
    """
    beginning = sniff(stream)
    layout = _read_layout(stream, beginning)
    warnings = []
    if beginning.foreign_bytes:
        warnings.append(f"{beginning.foreign_bytes} foreign bytes before its header are skipped")
    if layout is None and beginning.magic not in _COMPRESSED:
        # libsndfile and ffmpeg would walk over gigabytes of empty chunks.
        problem = "is not a sound file: its header has no format, or no sound"
        raise UnreadableError(path, problem, hint="copy or record it again")
    decoder: Decoder
    if layout and layout.format.encoding and layout.format.channels:
        decoder = PcmDecoder(stream, layout)
    else:
        descriptor = _seekable(stream, beginning, layout, opening, warnings)
        if layout:
            warnings += layout.warnings
        decoder = _open_compressed(path, descriptor, stream, opening)
    decoder.warnings[:0] = warnings
    return decoder


def _open_compressed(
    path: Path, descriptor: int, stream: ByteStream, opening: ExitStack
) -> Decoder:
    # soundfile is loaded only here: most recordings are WAV, and a microphone needs neither.
    from soundpost.recording.decoders import (  # noqa: PLC0415 - see above
        ffmpeg,
        ffmpeg_process,
        libsndfile,
    )

    def is_stopped() -> bool:
        return stream.is_stopped

    warnings: list[str] = []
    decoder: Decoder
    pages = ogg.follow_pages(descriptor)
    if pages.has_gap:
        warnings.append("a part in its middle is lost")
    if pages.is_chained:
        with suppress(ffmpeg_process.FfmpegError):
            decoder = ffmpeg.FfmpegDecoder(descriptor, opening, is_stopped)
            decoder.warnings += warnings
            return decoder
        warnings.append(
            "another recording follows in the same file, which is not read"
            + ("" if ffmpeg_process.is_installed() else f" ({_NO_FFMPEG})")
        )
    try:
        source = with_whole_length(descriptor, stream, opening, warnings)
        decoder = libsndfile.LibsndfileDecoder(source, opening, is_stopped)
    except libsndfile.UndecodableError as error:
        reason = str(error)
    else:
        decoder.warnings += warnings
        return decoder
    try:
        decoder = ffmpeg.FfmpegDecoder(descriptor, opening, is_stopped)
    except ffmpeg_process.FfmpegError as error:
        hint = "convert it to WAV or FLAC, or copy it again"
        if not ffmpeg_process.is_installed():
            hint = "install ffmpeg, which reads more formats, or convert it to WAV or FLAC"
        problem = f"is not a sound file, or none that can be read: {reason}. ffmpeg: {error}"
        raise UnreadableError(path, problem, hint=hint) from error
    decoder.warnings += warnings
    if ogg.is_cut(descriptor):
        decoder.warnings.append("it is cut short: its end is missing")
        decoder.missing_seconds = None
    return decoder


def _seekable(
    stream: ByteStream,
    beginning: Beginning,
    layout: Layout | None,
    opening: ExitStack,
    warnings: list[str],
) -> int:
    """Returns the descriptor of a file that begins with the container, if need be of a copy."""
    start = beginning.position if beginning.magic else 0
    is_damaged = layout is not None and layout.end is not None and bool(layout.warnings)
    if stream.size is not None and not start and not is_damaged:
        return stream.descriptor
    stream.rewind()
    stream.skip_to(start)
    copy = spool(stream, opening, warnings)
    field = _LENGTH_FIELDS.get(beginning.magic)
    if layout and layout.end and is_damaged and field:
        length = min(layout.end - layout.start, _LARGEST_LENGTH) + field.extra
        position = layout.start - start - field.distance
        os.pwrite(copy, length.to_bytes(field.size_bytes, field.order), position)
    return copy


def _read_layout(stream: ByteStream, beginning: Beginning) -> Layout | None:
    if beginning.magic in _COMPRESSED:
        return None
    if reader := READERS.get(beginning.magic):
        return reader(stream)
    return read_wave(stream, beginning.magic)
