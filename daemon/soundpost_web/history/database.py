"""The SQLite database of the history: its tables."""

from soundpost.sqlite.open_file import Schema

APPLICATION_ID = 0x736E6470  # "sndp"
VERSION = 1
TABLES = f"""
CREATE TABLE IF NOT EXISTS events (
  key INTEGER PRIMARY KEY,
  node TEXT NOT NULL,
  id TEXT NOT NULL,
  states INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  label TEXT NOT NULL,
  common_name TEXT,
  scientific_name TEXT,
  score REAL NOT NULL,
  threshold REAL NOT NULL,
  at_ms INTEGER NOT NULL,
  onset_ms INTEGER NOT NULL,
  offset_ms INTEGER,
  clock TEXT NOT NULL,
  level_dbfs REAL NOT NULL,
  model TEXT NOT NULL,
  clip TEXT,
  backfilled INTEGER NOT NULL,
  UNIQUE (node, id)
);
CREATE INDEX IF NOT EXISTS events_by_time ON events (at_ms);
CREATE INDEX IF NOT EXISTS events_by_label ON events (label, at_ms, key, rank, score, node);
CREATE INDEX IF NOT EXISTS events_by_node ON events (node, at_ms);
CREATE TABLE IF NOT EXISTS numbers (
  node TEXT NOT NULL,
  series INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (node, series, first)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
"""`events_by_label` has all that counts need, so that these read no row.

`numbers`: the stretches of numbers without a gap. A node that numbers from 1 again begins
another series."""

HISTORY = Schema(APPLICATION_ID, VERSION, TABLES)
