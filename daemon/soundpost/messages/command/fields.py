"""The fields of commands: their types, limits and descriptions."""

from typing import Annotated

from msgspec import Meta

LONGEST_MUTE_MINUTES = 1_440.0
"""A day, because a forgotten mute is not noticed until a detection is missed."""
LONGEST_CAPTURE_SECONDS = 120.0
"""A longer clip would be large, and its sound must be in memory until it is stored."""
LARGEST_CLIP_BYTES = 160_000_000
"""The largest file of a clip (`soundpost.evidence.store.read_clip`)."""
LONGEST_LIVE_VIEW_SECONDS = 60.0
"""A sender that is gone is noticed only by this time."""

Id = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._:-]{1,64}\Z",
        description="1 to 64 letters, digits, dots, dashes, colons and underscores",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=200, description="a name of 1 to 200 letters")]
"""A label has at most 64 letters; its common name, as a bundle may give it, 200."""
Names = Annotated[
    list[Name], Meta(min_length=1, max_length=1_000, description="a list of labels, or null")
]
Minutes = Annotated[
    float, Meta(ge=0.0, le=LONGEST_MUTE_MINUTES, description="a number >= 0, <= 1440")
]
Seconds = Annotated[
    float, Meta(gt=0.0, le=LONGEST_CAPTURE_SECONDS, description="a number > 0, <= 120")
]
LiveSeconds = Annotated[
    float, Meta(gt=0.0, le=LONGEST_LIVE_VIEW_SECONDS, description="a number > 0, <= 60")
]
Share = Annotated[float, Meta(ge=0.0, le=1.0, description="a number >= 0, <= 1, or null")]
ClipFile = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{8}T[0-9]{6}Z-[a-z0-9_]{1,64}-[0-9a-f]{8}\.(flac|png|json)\Z",
        description="the name of a clip's file, such as 20261120T073121Z-dog-6da2fa14.flac",
    ),
]
Offset = Annotated[
    int,
    Meta(ge=0, le=LARGEST_CLIP_BYTES, description="a whole number >= 0, <= 160000000"),
]
MOST_TAUGHT_CLIPS = 60
"""Of the label, and as many of other sounds: with the longest names 12 kB, and some ten minutes of
sound, which are taught in a minute on one core."""
MOST_FALSE_EVENTS_PER_HOUR = 3_600.0
ClipSound = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{8}T[0-9]{6}Z-[a-z0-9_]{1,64}-[0-9a-f]{8}\.flac\Z",
        description="the name of a clip, such as 20261120T073121Z-dog-6da2fa14.flac",
    ),
]
ClipSounds = Annotated[
    list[ClipSound],
    Meta(
        max_length=MOST_TAUGHT_CLIPS,
        description=f"a list of at most {MOST_TAUGHT_CLIPS} names of clips, such as "
        "20261120T073121Z-dog-6da2fa14.flac",
    ),
]
MOST_REVIEWED_CLIPS = 300
"""Of each verdict: as many names of usual length as the largest command has room for."""
ReviewedClips = Annotated[
    list[ClipSound],
    Meta(
        max_length=MOST_REVIEWED_CLIPS,
        description=f"a list of at most {MOST_REVIEWED_CLIPS} names of clips, such as "
        "20261120T073121Z-dog-6da2fa14.flac",
    ),
]
Budget = Annotated[
    float,
    Meta(gt=0.0, le=MOST_FALSE_EVENTS_PER_HOUR, description="a number > 0, <= 3600, or null"),
]
