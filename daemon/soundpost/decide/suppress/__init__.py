"""Keeps events from starting: mutes, and schedules by clock or sun."""
