"""Commands that take longer than one chunk of sound."""
