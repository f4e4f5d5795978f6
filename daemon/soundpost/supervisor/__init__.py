"""Runs each source of a node in a process of its own, and watches these processes.

This package imports neither numpy nor any other part that handles sound: the supervisor is small,
and has little that can fail.
"""
