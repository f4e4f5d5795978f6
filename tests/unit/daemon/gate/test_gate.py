"""The sound that the gate lets pass."""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from chunked_noise import START_NS, cut_chunks
from hypothesis import given
from hypothesis import strategies as st

from soundpost.audio import Chunk, Pcm, samples_to_ns
from soundpost.config import GateConfig
from soundpost.errors import ConfigError
from soundpost.gate import AlwaysOpen, BlockGate, Gate, build_gate

RATE_HZ = 16_000
BLOCK = 320
Span = tuple[int, int]
MODES = ("level", "voice", "level_or_voice", "level_and_voice")


class LoudBlocks:
    """A trigger of the test's own: detects blocks whose first sample is not 0."""

    def __init__(self) -> None:
        self.count = 0

    def is_triggered(self, block: Pcm) -> bool:
        """Returns whether the block's first sample is not 0."""
        self.count += 1
        return bool(block[0])

    def reset(self) -> None:
        """Restarts the count of blocks."""
        self.count = 0


def build_block_gate(
    *triggers: LoudBlocks,
    combine: Callable[[Iterable[bool]], bool] = any,
    pre_roll_blocks: int = 0,
    hangover_blocks: int = 0,
) -> BlockGate:
    """Builds a gate with times in blocks."""
    return BlockGate(
        list(triggers or [LoudBlocks()]),
        combine,
        RATE_HZ,
        pre_roll_seconds=pre_roll_blocks * 0.02,
        hangover_seconds=hangover_blocks * 0.02,
    )


def blocks(pattern: str) -> Pcm:
    """Returns a block for each character, numbered; `#` is one that opens the gate."""
    samples = np.arange(len(pattern) * BLOCK, dtype=np.int16) % 1_000
    for index, character in enumerate(pattern):
        samples[index * BLOCK] = 1 if character == "#" else 0
    return samples


def chunks(samples: Pcm, cuts: Iterable[int] = (), start_sample: int = 0) -> Iterator[Chunk]:
    """Cuts samples into chunks with their right times."""
    return cut_chunks(samples, RATE_HZ, cuts, start_sample)


def passing_chunks(gate: Gate, chunks: Iterable[Chunk]) -> list[Chunk]:
    """Returns the chunks that pass."""
    return [passed for chunk in chunks for passed in gate.filter(chunk)]


def spans(passed: Iterable[Chunk]) -> list[Span]:
    """Returns the unbroken stretches among chunks."""
    joined: list[Span] = []
    for chunk in passed:
        if joined and joined[-1][1] == chunk.start_sample:
            joined[-1] = (joined[-1][0], chunk.end_sample)
        else:
            joined.append((chunk.start_sample, chunk.end_sample))
    return joined


def draw(passed: Iterable[Chunk], length_blocks: int) -> str:
    """Draws the chunks that passed, a character for each block."""
    picture = ["."] * length_blocks
    for first, last in spans(passed):
        picture[first // BLOCK : last // BLOCK] = "#" * ((last - first) // BLOCK)
    return "".join(picture)


def noisy(seed: int) -> Pcm:
    """Returns four seconds of faint noise with a loud tone of half a second."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(0.0, 20.0, 4 * RATE_HZ)
    onset = int(rng.integers(RATE_HZ, 3 * RATE_HZ))
    seconds = np.arange(RATE_HZ // 2) / RATE_HZ
    samples[onset : onset + len(seconds)] += 8_000.0 * np.sin(2 * np.pi * 440.0 * seconds)
    return samples.astype(np.int16)


def eager(mode: str) -> GateConfig:
    """Returns the configuration of a gate that learns and closes quickly."""
    return GateConfig(
        open_on=mode,  # type: ignore[arg-type] # the parametrised modes are the literals
        floor_seconds=0.5,
        pre_roll_seconds=0.1,
        hangover_seconds=0.2,
    )


def test_by_default_the_gate_is_open() -> None:
    """Without configuration every chunk passes."""
    assert isinstance(build_gate(GateConfig(), RATE_HZ), AlwaysOpen)


def test_an_open_gate_passes_the_chunk_itself() -> None:
    """The chunk that passes is neither a copy nor of another size."""
    chunk = Chunk(7, np.zeros(13, np.int16), 0)
    gate = AlwaysOpen()
    assert list(gate.filter(chunk)) == [chunk]
    assert gate.closed_since is None


@pytest.mark.parametrize(
    ("pre_roll", "hangover", "sound", "passes"),
    [
        (0, 0, "...#...#...", "...#...#..."),
        (2, 0, "...#...#...", ".###.###..."),
        (0, 2, "...#...#...", "...###.###."),
        (1, 1, "...#...#...", "..###.###.."),
        (2, 2, "...#...#...", ".#########."),
        (9, 0, "...#.......", "####......."),
        (0, 9, "...#.......", "...########"),
        (0, 3, "#..#.#.....", "#########.."),
        (5, 5, "...........", "..........."),
        (0, 0, "###########", "###########"),
    ],
)
def test_pre_roll_and_hangover(pre_roll: int, hangover: int, sound: str, passes: str) -> None:
    """Sound just before the opening passes, too, and sound that follows for a while."""
    gate = build_block_gate(pre_roll_blocks=pre_roll, hangover_blocks=hangover)
    assert draw(passing_chunks(gate, chunks(blocks(sound))), len(sound)) == passes


@given(
    pattern=st.text("#.", min_size=1, max_size=30),
    pre_roll=st.integers(0, 6),
    hangover=st.integers(0, 6),
    data=st.data(),
)
def test_passing_samples_are_unchanged(
    pattern: str, pre_roll: int, hangover: int, data: st.DataObject
) -> None:
    """Samples pass unchanged, with their place and time, in order and none twice."""
    samples = blocks(pattern)
    cuts = data.draw(st.lists(st.integers(1, len(samples)), max_size=20))
    gate = build_block_gate(pre_roll_blocks=pre_roll, hangover_blocks=hangover)
    passed = passing_chunks(gate, chunks(samples, cuts))
    for chunk in passed:
        assert np.array_equal(chunk.samples, samples[chunk.start_sample : chunk.end_sample])
        assert chunk.utc_ns == START_NS + samples_to_ns(chunk.start_sample, RATE_HZ)
    assert all(a.end_sample <= b.start_sample for a, b in pairwise(passed))
    opened = {index for index, character in enumerate(pattern) if character == "#"}
    picture = draw(passed, len(pattern))
    expected = {
        index
        for index in range(len(pattern))
        if any(index - hangover <= block <= index + pre_roll for block in opened)
    }
    assert {index for index, character in enumerate(picture) if character == "#"} == expected


@pytest.mark.parametrize("mode", MODES)
@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(1, 4 * RATE_HZ), max_size=60))
def test_the_size_of_chunks_changes_nothing(mode: str, seed: int, cuts: list[int]) -> None:
    """One chunk of the whole and any cuts of it pass the same samples."""
    samples = noisy(seed)
    whole, cut = (build_gate(eager(mode), RATE_HZ) for _ in range(2))
    assert spans(passing_chunks(cut, chunks(samples, cuts))) == spans(
        passing_chunks(whole, chunks(samples))
    )
    assert cut.closed_since == whole.closed_since


@pytest.mark.parametrize("size", [1, 7, 319, 320, 321, 512])
def test_chunks_of_one_size_change_nothing(size: int) -> None:
    """Chunks of any one size, down to one sample, pass the same blocks."""
    samples = blocks("..#....##..")
    gate = build_block_gate(pre_roll_blocks=1, hangover_blocks=2)
    passed = passing_chunks(gate, chunks(samples, range(size, len(samples), size)))
    assert draw(passed, 11) == ".####.#####"


def test_an_unbroken_run_of_blocks_is_one_chunk() -> None:
    """Blocks that pass together come as one chunk."""
    gate = build_block_gate(pre_roll_blocks=1, hangover_blocks=1)
    assert [
        (c.start_sample // BLOCK, len(c.samples) // BLOCK)
        for c in passing_chunks(gate, chunks(blocks("..##.....#..")))
    ] == [(1, 4), (8, 3)]


def test_passing_chunks_continue_each_other_across_calls() -> None:
    """An open gate leaves no gap between chunks of any size."""
    gate = build_block_gate(hangover_blocks=50)
    samples = blocks("#" + "." * 20)
    assert spans(passing_chunks(gate, chunks(samples, [100, 333, 1_000, 5_001]))) == [
        (0, len(samples))
    ]


def test_closed_since_is_where_the_gate_closed() -> None:
    """It is the first sample that no longer passes; None while the gate is open."""
    gate = build_block_gate(hangover_blocks=1)
    closed_since = []
    for chunk in chunks(blocks("..#..."), range(BLOCK, 6 * BLOCK, BLOCK)):
        passing_chunks(gate, [chunk])
        closed_since.append(gate.closed_since)
    assert closed_since == [0, 0, None, None, 4 * BLOCK, 4 * BLOCK]


def test_it_is_not_quiet_while_a_pre_roll_could_still_bridge_it() -> None:
    """A pause that may still pass, as pre-roll, does not end an event."""
    gate = build_block_gate(pre_roll_blocks=2)
    closed_since = []
    for chunk in chunks(blocks("#..#..."), range(BLOCK, 7 * BLOCK, BLOCK)):
        passing_chunks(gate, [chunk])
        closed_since.append(gate.closed_since)
    assert closed_since == [None] * 6 + [4 * BLOCK]


def test_a_gap_closes_the_gate() -> None:
    """The hangover ends at the gap; sound after it must open the gate again."""
    gate = build_block_gate(pre_roll_blocks=3, hangover_blocks=9)
    passing_chunks(gate, chunks(blocks(".#.")))
    after = passing_chunks(gate, chunks(blocks("...#."), start_sample=100 * BLOCK))
    assert spans(after) == [(100 * BLOCK, 105 * BLOCK)]


def test_a_gap_is_quiet_from_its_start() -> None:
    """Events can end while nothing passes."""
    gate = build_block_gate(hangover_blocks=9)
    passing_chunks(gate, chunks(blocks(".#.")))
    passing_chunks(gate, chunks(blocks(".."), start_sample=100 * BLOCK))
    assert gate.closed_since == 3 * BLOCK


def test_pre_roll_never_reaches_across_a_gap() -> None:
    """Sound from before a gap never passes as if it preceded the sound after it."""
    gate = build_block_gate(pre_roll_blocks=5)
    passing_chunks(gate, chunks(blocks("...")))
    after = passing_chunks(gate, chunks(blocks(".#"), start_sample=7 * BLOCK + 13))
    assert spans(after) == [(7 * BLOCK + 13, 9 * BLOCK + 13)]


def test_triggers_are_reset_after_a_gap() -> None:
    """A trigger discards what it learned from the stretch before."""
    trigger = LoudBlocks()
    gate = build_block_gate(trigger)
    passing_chunks(gate, chunks(blocks("...")))
    passing_chunks(gate, chunks(blocks("."), start_sample=10_000))
    assert trigger.count == 1


@given(first=st.text("#.", min_size=1, max_size=9), second=st.text("#.", min_size=1, max_size=9))
def test_every_trigger_receives_every_block(first: str, second: str) -> None:
    """A trigger receives a block even if another trigger has decided, to learn from it."""
    triggers = LoudBlocks(), LoudBlocks()
    gate = build_block_gate(*triggers)
    passing_chunks(gate, chunks(blocks(first + second)))
    assert [trigger.count for trigger in triggers] == [len(first + second)] * 2


@given(seed=st.integers(0, 2**32 - 1))
def test_all_passes_less_than_each_and_any_more(seed: int) -> None:
    """Both triggers together pass less than each of them, either of them passes more."""

    def passing(mode: str) -> set[int]:
        passed = passing_chunks(build_gate(eager(mode), RATE_HZ), chunks(noisy(seed)))
        return {block for first, last in spans(passed) for block in range(first, last, BLOCK)}

    level, voice = passing("level"), passing("voice")
    assert passing("level_and_voice") <= level & voice
    assert passing("level_or_voice") >= level | voice


def test_a_closed_gate_holds_no_more_than_its_pre_roll() -> None:
    """A long silence, or one huge chunk of it, is not held in memory."""
    gate = build_block_gate(pre_roll_blocks=4)
    tracemalloc.start()
    try:
        passing_chunks(gate, chunks(np.zeros(BLOCK * 10_000, np.int16)))
        held_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held_bytes < 100_000
    passed = passing_chunks(gate, chunks(blocks("#"), start_sample=BLOCK * 10_000))
    assert [len(chunk.samples) for chunk in passed] == [5 * BLOCK]


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 32_000, 48_000])
def test_a_voice_gate_works_at_the_rates_of_webrtcvad(rate_hz: int) -> None:
    """Blocks last 20 ms at each rate."""
    gate = build_gate(eager("voice"), rate_hz)
    assert not list(gate.filter(Chunk(0, np.zeros(rate_hz, np.int16), 0)))


@pytest.mark.parametrize("mode", ["voice", "level_or_voice", "level_and_voice"])
def test_voices_at_another_rate_are_a_configuration_error(mode: str) -> None:
    """The error comes at the start, with a hint, not from webrtcvad at run time."""
    with pytest.raises(ConfigError, match="at 22050 Hz") as caught:
        build_gate(eager(mode), 22_050)
    assert "gate.open_on" in caught.value.hint


def test_level_works_at_any_rate() -> None:
    """Only webrtcvad is limited to some rates."""
    samples = np.concatenate((np.ones(22_050 * 2, np.int16), np.full(22_050, 3_000, np.int16)))
    passed = list(build_gate(eager("level"), 22_050).filter(Chunk(0, samples, 0)))
    assert passed[-1].end_sample > 2 * 22_050
