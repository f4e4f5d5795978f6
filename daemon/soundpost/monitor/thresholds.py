"""The thresholds of the microphone problems, on values of one second each (docs/PAYLOAD.md)."""

from soundpost.monitor.alarm import AlarmSettings

CONSTANT = AlarmSettings(over=10, raise_at=1.0, clear_at=0.8)
"""Share of seconds in which all samples are equal: digital silence, or a stuck value. Noise of a
working converter changes its last bit within a second, so ten constant seconds are a fault; two
others of ten end it."""

DC_OFFSET = AlarmSettings(over=30, raise_at=0.05, clear_at=0.025)
"""Mean of the samples as a share of full scale. Wind and slow swings average out over 30 s; 5 %
(-26 dBFS) is louder than most places are, so it is a fault. At half of that the fault is over."""

CLIPPING = AlarmSettings(over=30, raise_at=0.01, clear_at=0.001)
"""Share of clipped samples. A clap of thunder or a slammed door clips for tenths of a second, less
than 1 % of 30 s. At a tenth of that the gain is right again."""

ANTIPHASE = AlarmSettings(over=3, raise_at=1.0, clear_at=0.0)
"""Share of seconds in which two channels carry one sound with opposite sign. That is measured with
a memory of half a minute, so more seconds would only delay it; three without it end it."""

BACKLOG = AlarmSettings(over=5, raise_at=2.0, clear_at=0.5)
"""Delay of the sound in seconds. One late second, as when a clip is written, does not raise it;
half a second is the stride of the default window."""
