"""Recordings of Debian packages: a table of packages, their files, their licences."""
