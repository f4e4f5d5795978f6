"""The form of chunks in RIFF, IFF, CAF and Wave64: a name, a length, and a body."""

import msgspec

from soundpost.recording.containers.layout import ByteOrder

_RIFF_IDS = (
    b"fmt data fact LIST bext iXML JUNK junk FLLR PAD  cue  smpl inst plst id3  ID3  PEAK ds64 "
    b"axml chna wamd guan acid afsp _PMX umid cart levl DISP minf elm1 regn aXML qlty r64m strc "
    b"SyLp LGWV CDif wavl ltxt labl note list ResU MXrt muma dbmd ovwf SNDM cset clm  TLST tlst "
    b"fake bwf  AFAn SAUR INFO Cr8r"
)
_AIFF_IDS = (
    b"COMM SSND FVER MARK INST COMT NAME AUTH ANNO (c)  AESD APPL MIDI SAXL CHAN ID3  PEAK basc "
    b"trns cate FLLR"
)
_CAF_IDS = b"desc data chan free info kuki pakt mark regn strg uuid midi ovvw peak umid edct inst"


def _names(text: bytes) -> frozenset[bytes]:
    words = text.replace(b"  ", b" \0").split(b" ")
    return frozenset(word.replace(b"\0", b"").ljust(4)[:4] for word in words if word)


class ChunkStyle(msgspec.Struct, frozen=True):
    """The form of a family's chunks.

    Attributes:
        order: Byte order of lengths.
        sound_id: Name of the chunk with the sound.
        format_id: Name of the chunk with its format.
        known_ids: All names in use.
        id_bytes: Length of a name.
        size_bytes: Length of a length.
        counts_header: Whether the length includes name and length.
        alignment: Chunks begin at a multiple of so many bytes.
    """

    order: ByteOrder
    sound_id: bytes
    format_id: bytes
    known_ids: frozenset[bytes]
    id_bytes: int = 4
    size_bytes: int = 4
    counts_header: bool = False
    alignment: int = 2

    @property
    def header_bytes(self) -> int:
        """Bytes of name and length."""
        return self.id_bytes + self.size_bytes

    def parse(self, header: bytes, start: int) -> "Chunk | None":
        """Returns the chunk of a header at an offset, or None if the header cannot be one."""
        if len(header) < self.header_bytes:
            return None
        name = header[: self.id_bytes]
        size = int.from_bytes(header[self.id_bytes : self.header_bytes], self.order)
        if self.counts_header:
            size -= self.header_bytes
        if size < 0 or not self.is_name(name):
            return None
        return Chunk(name, size, start + self.header_bytes)

    def is_name(self, name: bytes) -> bool:
        """Returns whether a chunk may have this name."""
        if name in self.known_ids:
            return True
        return self.id_bytes == 4 and all(0x20 <= byte < 0x7F for byte in name)  # noqa: PLR2004 - ASCII

    def padded(self, size: int) -> int:
        """Returns the length of a body with its padding."""
        return size + -size % self.alignment


class Chunk(msgspec.Struct, frozen=True):
    """A chunk.

    Attributes:
        id: Its name.
        size: Bytes of its body.
        start: Offset of its body.
    """

    id: bytes
    size: int
    start: int


_GUID_TAILS = (
    bytes.fromhex("f3acd3118cd100c04f8edb8a"),
    bytes.fromhex("2f91cf11a5d628db04c10000"),
)
"""The last 12 bytes of Wave64's identifiers; the first 4 are the name of a RIFF chunk."""


def _guids(text: bytes) -> frozenset[bytes]:
    return frozenset(name + tail for name in _names(text) for tail in _GUID_TAILS)


RIFF = ChunkStyle("little", b"data", b"fmt ", _names(_RIFF_IDS))
RIFX = ChunkStyle("big", b"data", b"fmt ", _names(_RIFF_IDS))
AIFF = ChunkStyle("big", b"SSND", b"COMM", _names(_AIFF_IDS))
CAF = ChunkStyle("big", b"data", b"desc", _names(_CAF_IDS), size_bytes=8, alignment=1)
WAVE64 = ChunkStyle(
    "little",
    b"data" + _GUID_TAILS[0],
    b"fmt " + _GUID_TAILS[0],
    _guids(b"fmt data fact levl junk bext list")
    | {
        bytes.fromhex("bc945f925a52d21186dc00c04f8edb8a"),  # a list of texts
        bytes.fromhex("5662f7ab2d39d21186c700c04f8edb8a"),  # markers
    },
    id_bytes=16,
    size_bytes=8,
    counts_header=True,
    alignment=8,
)
