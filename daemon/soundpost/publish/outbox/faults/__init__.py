"""Failures of the outbox's file: outages, damage, foreign and replaced files."""
