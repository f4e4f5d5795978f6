"""The tables of the queue."""

import sqlite3

from soundpost.sqlite.open_file import Schema

APPLICATION_ID = 0x736E646E  # "sndn"
VERSION = 1
_RESERVED_BYTES = 2_000_000
"""Of the file and of its write-ahead log: some 2,000 messages on a full disk."""
_SETTINGS = (
    # The log is reused from its beginning after 1 MB, half of what is reserved.
    "PRAGMA wal_autocheckpoint = 256",
    "PRAGMA cache_size = -1024",
)
_TABLES = f"""
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  target TEXT NOT NULL,
  rule TEXT NOT NULL,
  node TEXT NOT NULL,
  event TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  error TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  content BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (target, attempts, id)
  WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_of_event ON deliveries (node, event);
CREATE TABLE IF NOT EXISTS seen (
  node TEXT NOT NULL,
  event TEXT NOT NULL,
  states INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (node, event)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_by_time ON seen (at_ms);
CREATE TABLE IF NOT EXISTS sent (
  rule TEXT NOT NULL,
  node TEXT NOT NULL,
  label TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  day TEXT NOT NULL,
  score REAL NOT NULL,
  PRIMARY KEY (rule, node, label)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sent_by_time ON sent (at_ms);
CREATE TABLE IF NOT EXISTS reported (
  rule TEXT NOT NULL,
  node TEXT NOT NULL,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (rule, node)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
"""`seen`: the states of events that were decided on. `sent`: the latest message of a rule about a
label of a node. `reported`: the latest state of a node that a rule has reported."""

QUEUE = Schema(APPLICATION_ID, VERSION, _TABLES)


def reserve_space(connection: sqlite3.Connection) -> None:
    """Writes and frees pages, so that messages can be stored while the disk is full.

    SQLite uses free pages of its file, and the write-ahead log from its beginning, before it
    needs more of the disk. A file system that writes in place, such as ext4, needs none for that.

    Raises:
        sqlite3.Error: The disk is full already; the queue works with what it has.
    """
    for setting in _SETTINGS:
        connection.execute(setting).fetchall()
    connection.execute("CREATE TABLE IF NOT EXISTS reserved (content BLOB)")
    connection.execute("INSERT INTO reserved VALUES (zeroblob(?))", (_RESERVED_BYTES,))
    connection.execute("DROP TABLE reserved")
    connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
