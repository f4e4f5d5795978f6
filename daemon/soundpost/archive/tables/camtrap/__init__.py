"""Packages of Camtrap DP, the exchange format of camera traps (TDWG), for sound.

The standard is https://camtrap-dp.tdwg.org, version 1.0.2: a data package with one table each of
deployments, media and observations.
"""
