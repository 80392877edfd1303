-- The recording as `.schema` shows it: comments live inside the statements because SQLite keeps them there.
-- Applied in one transaction. What cannot be set inside one (auto_vacuum, WAL) is in store.cpp.
-- Times are microseconds since 1970-01-01T00:00:00Z on the collector's clock; for people:
--   SELECT strftime('%Y-%m-%dT%H:%M:%fZ', started_us / 1e6, 'unixepoch') FROM epoch;

PRAGMA application_id = 1314014531;  -- "NREC"

CREATE TABLE recording (
  -- This recording. One row.
  only INTEGER PRIMARY KEY CHECK (only = 1),
  id   TEXT NOT NULL  -- random, made with the file: tells recordings apart whatever they are called
) STRICT;
INSERT INTO recording VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE deployment (
  -- What the configuration declared: clusters with expected and retired members, targets, interval. No credentials.
  id       INTEGER PRIMARY KEY,
  document TEXT NOT NULL UNIQUE  -- JSON, as it was given
) STRICT;

CREATE TABLE target (
  -- One thing that is polled.
  id    INTEGER PRIMARY KEY,
  label TEXT NOT NULL UNIQUE  -- its configured name, else host_port
) STRICT;

CREATE TABLE epoch (
  -- One collection cycle over all targets, written in one transaction.
  number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of the recording; never used twice, even after retention
  started_us  INTEGER NOT NULL,
  ended_us    INTEGER NOT NULL,
  interval_us INTEGER,                            -- declared time between epochs, if any
  deployment  INTEGER REFERENCES deployment (id), -- in force during this epoch, if declared
  folder      TEXT                                -- name of its folder in the capture it was imported from
) STRICT;

CREATE TABLE snapshot (
  -- One endpoint's answer, or the failure to get one, of one target in one epoch.
  epoch        INTEGER NOT NULL REFERENCES epoch (number) ON DELETE CASCADE,
  target       INTEGER NOT NULL REFERENCES target (id),
  endpoint     TEXT NOT NULL,  -- varz routez gatewayz healthz leafz jsz
  asked_us     INTEGER,        -- when the request went out; NULL in imported captures that do not tell
  answered_us  INTEGER,        -- when the last byte, or the failure, was there
  status       INTEGER,        -- HTTP status, if an answer began
  failure      TEXT,           -- dns refused timeout reset tls http too_large truncated over_budget other
  failure_text TEXT,           -- the transport's own words
  size         INTEGER,        -- bytes of the body as received
  body         BLOB,           -- those bytes as one zstd frame with checksum; partial if there is a failure beside it
  PRIMARY KEY (epoch, target, endpoint)
) STRICT;

CREATE TABLE verbatim (
  -- Files of an imported epoch that its rows alone would not give back byte for byte.
  epoch   INTEGER NOT NULL REFERENCES epoch (number) ON DELETE CASCADE,
  path    TEXT NOT NULL,  -- below the epoch's folder: epoch.json, a1/varz.error
  content BLOB NOT NULL,  -- encoded like a body; of a body's file only the name matters: its row has the bytes
  PRIMARY KEY (epoch, path)
) STRICT;
