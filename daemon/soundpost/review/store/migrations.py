"""The schema of the store, version by version."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Paths are bytes, because a file name need not be UTF-8.
        """
CREATE TABLE origins (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  folder BLOB NOT NULL,
  sounds BLOB NOT NULL,
  UNIQUE (kind, folder)
)""",
        """
CREATE TABLE events (
  id TEXT PRIMARY KEY,
  origin INTEGER NOT NULL REFERENCES origins (number),
  label TEXT NOT NULL,
  common_name TEXT,
  score REAL NOT NULL,
  threshold REAL,
  onset_utc_ms INTEGER,
  file TEXT NOT NULL,
  begin_seconds REAL NOT NULL,
  end_seconds REAL NOT NULL,
  start_utc_ms INTEGER,
  seconds REAL,
  node TEXT NOT NULL,
  model_id TEXT NOT NULL,
  model_version TEXT NOT NULL
)""",
        "CREATE INDEX events_by_label ON events (label, score)",
        # AUTOINCREMENT: a number is never given twice, so a process undoes no action but its own.
        """
CREATE TABLE actions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  reviewer TEXT NOT NULL,
  given_utc_ms INTEGER NOT NULL,
  undone_utc_ms INTEGER
)""",
        """
CREATE TABLE verdicts (
  event TEXT NOT NULL REFERENCES events (id),
  action INTEGER NOT NULL REFERENCES actions (number),
  verdict TEXT NOT NULL CHECK (verdict IN ('right', 'wrong', 'relabelled', 'unsure')),
  label TEXT,
  PRIMARY KEY (event, action),
  CHECK ((verdict = 'relabelled') = (label IS NOT NULL))
) WITHOUT ROWID""",
        "CREATE INDEX verdicts_by_action ON verdicts (action)",
        """
CREATE VIEW reviewed AS
SELECT events.*, origins.kind, origins.folder, origins.sounds,
  verdicts.verdict, verdicts.label AS true_label, actions.reviewer, actions.given_utc_ms
FROM events
JOIN origins ON origins.number = events.origin
LEFT JOIN verdicts ON verdicts.event = events.id AND verdicts.action = (
  SELECT max(given.action)
  FROM verdicts AS given JOIN actions AS act ON act.number = given.action
  WHERE given.event = events.id AND act.undone_utc_ms IS NULL
)
LEFT JOIN actions ON actions.number = verdicts.action""",
    ),
)
"""The statements that lead from each version to the next; the first ones make an empty store."""
