-- Full runs of 64 epochs become chunks, and everything is covered by checksums: see FORMAT.md.
-- What SQL cannot compute (checksums, digests) is filled in by migration.cpp in the same transaction.
-- Tables are made anew rather than altered, so that `.schema` shows one text with its comments.

PRAGMA defer_foreign_keys = ON;

CREATE TABLE new_recording (
  -- This recording. One row.
  only            INTEGER PRIMARY KEY CHECK (only = 1),
  id              TEXT NOT NULL,               -- random, made with the file: tells recordings apart whatever they are called
  sealed          INTEGER NOT NULL DEFAULT 0,  -- runs below this one are done with: what could be sealed is
  report_since_us INTEGER,                     -- of a slice: the span to report; what is before only serves to learn from
  report_until_us INTEGER
) STRICT;
INSERT INTO new_recording (only, id) SELECT only, id FROM recording;

CREATE TABLE new_deployment (
  -- What the configuration declared: clusters with expected and retired members, targets, interval. No credentials.
  id       INTEGER PRIMARY KEY,
  document TEXT NOT NULL UNIQUE,  -- JSON, as it was given
  checksum INTEGER                -- XXH3-64 of the document
) STRICT;
INSERT INTO new_deployment (id, document) SELECT id, document FROM deployment;

CREATE TABLE new_epoch (
  -- One collection cycle over all targets, written in one transaction.
  number      INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of the recording; never used twice, even after retention
  started_us  INTEGER NOT NULL,
  ended_us    INTEGER NOT NULL,
  interval_us INTEGER,                            -- declared time between epochs, if any
  deployment  INTEGER REFERENCES deployment (id), -- in force during this epoch, if declared
  folder      TEXT,                               -- name of its folder in the capture it was imported from
  snapshots   INTEGER,                            -- how many it has, wherever they are kept now
  checksum    INTEGER,                            -- XXH3-64 of this row's own values
  previous    BLOB,                               -- digest of the epoch before it
  digest      BLOB                                -- XXH3-128 of previous, checksum and its snapshots' checksums: a chain
) STRICT;
INSERT INTO new_epoch (number, started_us, ended_us, interval_us, deployment, folder)
  SELECT number, started_us, ended_us, interval_us, deployment, folder FROM epoch ORDER BY number;
-- AUTOINCREMENT remembers numbers by table: what was removed stays used.
UPDATE sqlite_sequence SET seq = max(seq, (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'epoch'))
  WHERE name = 'new_epoch';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_epoch', seq FROM sqlite_sequence
  WHERE name = 'epoch' AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'new_epoch');

CREATE TABLE new_snapshot (
  -- One endpoint's answer, or the failure to get one, of one target in one epoch, while its run is not sealed.
  epoch        INTEGER NOT NULL REFERENCES epoch (number),
  target       INTEGER NOT NULL REFERENCES target (id),
  endpoint     TEXT NOT NULL,  -- varz routez gatewayz healthz leafz jsz
  asked_us     INTEGER,        -- when the request went out; NULL in imported captures that do not tell
  answered_us  INTEGER,        -- when the last byte, or the failure, was there
  status       INTEGER,        -- HTTP status, if an answer began
  failure      TEXT,           -- dns refused timeout reset tls http too_large truncated over_budget other
  failure_text TEXT,           -- the transport's own words
  size         INTEGER,        -- bytes of the body as received
  base         INTEGER,        -- epoch whose body, of the same target and endpoint, is the zstd prefix of this one
  checksum     INTEGER,        -- XXH3-64 of all of this and the body
  body         BLOB,           -- those bytes as one zstd frame; partial if there is a failure beside it
  PRIMARY KEY (epoch, target, endpoint)
) STRICT;
INSERT INTO new_snapshot (epoch, target, endpoint, asked_us, answered_us, status, failure, failure_text, size, body)
  SELECT epoch, target, endpoint, asked_us, answered_us, status, failure, failure_text, size, body
  FROM snapshot ORDER BY epoch, target, endpoint;

CREATE TABLE new_verbatim (
  -- Files that an epoch has besides: of an imported one what its rows alone would not give back byte for byte.
  epoch    INTEGER NOT NULL REFERENCES epoch (number),
  path     TEXT NOT NULL,  -- below the epoch's folder: epoch.json, a1/varz.error; lost.json tells what could not be recorded
  checksum INTEGER,        -- XXH3-64 of path, a zero byte and content
  content  BLOB NOT NULL,  -- encoded like a body; of a body's file only the name matters: its row has the bytes
  PRIMARY KEY (epoch, path)
) STRICT;
INSERT INTO new_verbatim (epoch, path, content) SELECT epoch, path, content FROM verbatim;

DROP TABLE verbatim;
DROP TABLE snapshot;
DROP TABLE epoch;
DROP TABLE deployment;
DROP TABLE recording;
ALTER TABLE new_recording RENAME TO recording;
ALTER TABLE new_deployment RENAME TO deployment;
ALTER TABLE new_epoch RENAME TO epoch;
ALTER TABLE new_snapshot RENAME TO snapshot;
ALTER TABLE new_verbatim RENAME TO verbatim;

CREATE TABLE chunk (
  -- All snapshots of one target and endpoint in a run: 64 epochs, from 64 * run to 64 * run + 63.
  run      INTEGER NOT NULL,
  target   INTEGER NOT NULL REFERENCES target (id),
  endpoint TEXT NOT NULL,
  content  BLOB NOT NULL,  -- one zstd frame; FORMAT.md says what is in it
  PRIMARY KEY (run, target, endpoint)
) STRICT;

UPDATE recording SET sealed = ifnull((SELECT min(number) / 64 FROM epoch), 0);
