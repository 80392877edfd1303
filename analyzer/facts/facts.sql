-- The facts: what the analyzer derived from a recording. They can be deleted at any time; it derives them anew.
-- For reading only: `sqlite3 -readonly history.db.facts`, a viewer, Grafana. Comments live inside the statements because
-- SQLite keeps them there, so that `.schema` shows them.
--
-- Times are Unix seconds (UTC, the collector's clock) in columns that end in _unix, and beside each one the same as text.
-- A row of a span holds from `since` up to, not including, `until`; `until` is NULL where it still held at the end.
-- What nobody could see is a span of its own, in state `unknown`: never take it for down, nor for up.

PRAGMA application_id = 1313227075;  -- "NFAC"

CREATE TABLE facts (
  -- What these facts were derived from, and by what. One row.
  only         INTEGER PRIMARY KEY CHECK (only = 1),
  decoder      INTEGER NOT NULL,  -- version of what reads the bodies
  detector     INTEGER NOT NULL,  -- version of what is made of them; another one: everything is derived anew
  recording    TEXT NOT NULL,     -- id of the recording
  first_epoch  INTEGER,           -- oldest epoch in the recording when this was derived
  first_digest TEXT,              -- its digest in the recording's chain
  last_epoch   INTEGER,           -- newest epoch taken in
  last_digest  TEXT,
  epochs       INTEGER NOT NULL,  -- how many were taken in
  damage       INTEGER NOT NULL,  -- snapshots and epochs that could not be read
  interval_s   REAL,              -- time between epochs in force at the end
  coverage     REAL NOT NULL,     -- share of the span that lies in no gap
  began_unix   REAL,              -- start of the first epoch
  ended_unix   REAL,              -- end of the newest
  began        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', began_unix, 'unixepoch')),
  ended        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', ended_unix, 'unixepoch')),
  saved        BLOB               -- the same and more, for the analyzer
) STRICT;

CREATE TABLE state (
  -- Where the analyzer goes on when there are new epochs. For itself only.
  part  TEXT PRIMARY KEY,  -- story, habits (round trips of the last day), intervals (spans that are open)
  saved BLOB NOT NULL
) STRICT;

CREATE TABLE epoch (
  -- One collection cycle over all targets.
  number       INTEGER PRIMARY KEY,
  started_unix REAL NOT NULL,
  started      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', started_unix, 'unixepoch')),
  ended_unix   REAL NOT NULL,
  ended        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', ended_unix, 'unixepoch')),
  targets      INTEGER NOT NULL,  -- how many were asked
  answered     INTEGER NOT NULL   -- how many of them gave any answer; if none did the collector was blind
) STRICT;
CREATE INDEX epoch_by_time ON epoch (started_unix);

CREATE TABLE gap (
  -- A span in which nothing was recorded.
  id         INTEGER PRIMARY KEY,
  reason     TEXT NOT NULL,  -- not_collected, collector_blind
  since_unix REAL NOT NULL,
  since      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix REAL NOT NULL,
  until      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;

CREATE TABLE server (
  -- One server over restarts and new addresses: by its name within its cluster, else by the target that reaches it.
  id          INTEGER PRIMARY KEY,
  cluster     TEXT NOT NULL,                   -- what its routes connect it to; empty: it is in none
  name        TEXT NOT NULL,
  server      TEXT NOT NULL,                   -- cluster/name, as incidents call it
  version     TEXT NOT NULL,                   -- of nats-server, in the newest run; empty: never told
  member      INTEGER NOT NULL,                -- 1: it counts as a member of its cluster at the end
  departed    INTEGER NOT NULL,                -- 1: it left for good
  same_as     INTEGER REFERENCES server (id)   -- this row turned out to be another one's: look there
) STRICT;

CREATE TABLE target (
  -- One thing that was polled, and whom it reached last.
  label  TEXT PRIMARY KEY,
  server INTEGER REFERENCES server (id)
) STRICT;

CREATE TABLE server_run (
  -- One process of a server, from its start to the start of the next.
  id           INTEGER PRIMARY KEY,
  server       INTEGER NOT NULL REFERENCES server (id),
  server_id    TEXT NOT NULL,  -- new at every start
  version      TEXT NOT NULL,  -- of nats-server; empty: not told
  started_unix REAL,           -- by the server's own clock; NULL: only its peers tell of it
  started      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', started_unix, 'unixepoch')),
  since_unix   REAL NOT NULL,  -- when it was first seen
  since        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix   REAL,           -- when another run was first seen
  until        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX server_run_by_server ON server_run (server, since_unix);

CREATE TABLE server_state (
  -- What state a server was in: up, degraded (JetStream unhealthy or too few routes), not_ready, down, unknown.
  id         INTEGER PRIMARY KEY,
  server     INTEGER NOT NULL REFERENCES server (id),
  state      TEXT NOT NULL,
  since_unix REAL NOT NULL,
  since      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix REAL,
  until      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX server_state_by_server ON server_state (server, since_unix);
CREATE INDEX server_state_by_end ON server_state (until_unix, since_unix);

CREATE TABLE readiness (
  -- What /healthz said of a server's listeners: ready, not_ready, unknown (no answer that tells).
  id         INTEGER PRIMARY KEY,
  server     INTEGER NOT NULL REFERENCES server (id),
  state      TEXT NOT NULL,
  complaint  TEXT NOT NULL,  -- in the server's own words; empty: none
  since_unix REAL NOT NULL,
  since      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix REAL,
  until      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX readiness_by_server ON readiness (server, since_unix);
CREATE INDEX readiness_by_time ON readiness (since_unix);

CREATE TABLE route_state (
  -- What state the route between two servers of a cluster was in, by the word of both ends: up, one_sided, down, unknown.
  id         INTEGER PRIMARY KEY,
  server     INTEGER NOT NULL REFERENCES server (id),
  peer       INTEGER NOT NULL REFERENCES server (id),
  state      TEXT NOT NULL,
  since_unix REAL NOT NULL,
  since      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix REAL,
  until      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX route_state_by_link ON route_state (server, peer, since_unix);
CREATE INDEX route_state_by_end ON route_state (until_unix, since_unix);

CREATE TABLE gateway_state (
  -- What state a server's outbound gateway to a remote cluster was in: up, degraded, down, unknown.
  id             INTEGER PRIMARY KEY,
  server         INTEGER NOT NULL REFERENCES server (id),
  remote_cluster TEXT NOT NULL,
  state          TEXT NOT NULL,
  since_unix     REAL NOT NULL,
  since          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix     REAL,
  until          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX gateway_state_by_link ON gateway_state (server, remote_cluster, since_unix);
CREATE INDEX gateway_state_by_end ON gateway_state (until_unix, since_unix);

CREATE TABLE route_connection (
  -- One TCP session of a route as one of its ends lists it in /routez. Pooled and per-account routes have several per peer.
  id             INTEGER PRIMARY KEY,
  server         INTEGER NOT NULL REFERENCES server (id),  -- who lists it
  peer           INTEGER NOT NULL REFERENCES server (id),
  rid            INTEGER NOT NULL,
  account        TEXT NOT NULL,  -- of a per-account route; else empty
  started_unix   REAL NOT NULL,  -- by the lister's clock
  started        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', started_unix, 'unixepoch')),
  since_unix     REAL NOT NULL,  -- first answer that lists it
  since          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  last_seen_unix REAL,           -- newest answer that lists it, once it is gone
  until_unix     REAL,           -- first answer that lacks it; NULL: no answer does
  until          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX route_connection_by_link ON route_connection (server, peer, since_unix);
CREATE INDEX route_connection_by_end ON route_connection (until_unix);

CREATE TABLE gateway_connection (
  -- One TCP session of a gateway as a server lists it in /gatewayz.
  id             INTEGER PRIMARY KEY,
  server         INTEGER NOT NULL REFERENCES server (id),  -- who lists it
  remote_cluster TEXT NOT NULL,
  direction      TEXT NOT NULL,  -- outbound, inbound
  cid            INTEGER NOT NULL,
  remote_id      TEXT NOT NULL,  -- id of the remote server's run
  started_unix   REAL NOT NULL,  -- when it was dialled, by the lister's clock
  started        TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', started_unix, 'unixepoch')),
  since_unix     REAL NOT NULL,
  since          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  last_seen_unix REAL,
  until_unix     REAL,
  until          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;
CREATE INDEX gateway_connection_by_link ON gateway_connection (server, remote_cluster, since_unix);
CREATE INDEX gateway_connection_by_end ON gateway_connection (until_unix);

CREATE TABLE membership (
  -- When a server counted as a member of its cluster: somebody whose absence is a fault.
  id         INTEGER PRIMARY KEY,
  server     INTEGER NOT NULL REFERENCES server (id),
  since_unix REAL NOT NULL,
  since      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix REAL,
  until      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;

CREATE TABLE clock_skew (
  -- How far a server's clock was ahead of the collector's (negative: behind). A new row where it moved by half a second.
  id         INTEGER PRIMARY KEY,
  server     INTEGER NOT NULL REFERENCES server (id),
  skew_s     REAL NOT NULL,
  since_unix REAL NOT NULL,
  since      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', since_unix, 'unixepoch')),
  until_unix REAL,
  until      TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', until_unix, 'unixepoch'))
) STRICT;

CREATE TABLE incident (
  -- Findings that belong together, as `nats-analyzer incidents` tells them.
  id             TEXT PRIMARY KEY,
  severity       TEXT NOT NULL,  -- warning, critical
  status         TEXT NOT NULL,  -- open, resolved
  title          TEXT NOT NULL,
  cause          TEXT NOT NULL,  -- the likeliest
  confidence     TEXT NOT NULL,  -- certain, likely, possible
  why            TEXT NOT NULL,
  impact         TEXT NOT NULL,
  servers        TEXT NOT NULL,  -- cluster/name, joined by commas
  began_unix     REAL NOT NULL,  -- best single guess
  began          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', began_unix, 'unixepoch')),
  ended_unix     REAL,           -- NULL: open
  ended          TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', ended_unix, 'unixepoch')),
  last_unix      REAL,           -- the latest that can have been its end; NULL: open
  duration_s     REAL NOT NULL,  -- while open: up to the end of the recording
  observed_share REAL NOT NULL,  -- of its span, the part that lies in no gap
  saved          BLOB NOT NULL   -- all of it, for the analyzer
) STRICT;
CREATE INDEX incident_by_time ON incident (began_unix);
CREATE INDEX incident_by_end ON incident (last_unix);

CREATE TABLE finding (
  -- An event at one moment or a condition over a span, as `nats-analyzer timeline` tells them.
  id              TEXT PRIMARY KEY,
  kind            TEXT NOT NULL,                  -- route_down, server_restarted, …
  check_code      TEXT NOT NULL,                  -- Synadia Insights' code, or empty
  severity        TEXT NOT NULL,                  -- info, warning, critical
  incident        TEXT REFERENCES incident (id),  -- NULL: it belongs to none
  cluster         TEXT NOT NULL,
  server          TEXT NOT NULL,                  -- name within the cluster; empty where it is about no server
  peer            TEXT NOT NULL,                  -- of a route, the other server
  remote_cluster  TEXT NOT NULL,                  -- of a gateway
  account         TEXT NOT NULL,
  instant         INTEGER NOT NULL,               -- 1: an event; 0: a condition
  count           INTEGER,                        -- of re-establishments: at least so many
  text            TEXT NOT NULL,
  consequence_of  TEXT REFERENCES finding (id),   -- what explains it
  details         TEXT NOT NULL,                  -- JSON
  epoch           INTEGER,                        -- the epoch that proves it
  ended_epoch     INTEGER,                        -- the epoch that proves its end
  began_after_unix REAL,                          -- when the last proof of the contrary was asked; NULL: never seen otherwise
  began_by_unix   REAL NOT NULL,                  -- when the proof was answered
  began_unix      REAL NOT NULL,                  -- best single guess: what a body tells, else began_by
  began           TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', began_unix, 'unixepoch')),
  ended_after_unix REAL,
  ended_by_unix   REAL,
  ended_unix      REAL,                           -- NULL: an event, or still open
  ended           TEXT GENERATED ALWAYS AS (strftime('%Y-%m-%dT%H:%M:%fZ', ended_unix, 'unixepoch')),
  last_unix       REAL,                           -- the latest that can have been its end, of an event its moment; NULL: open
  saved           BLOB NOT NULL                   -- all of it, for the analyzer
) STRICT;
CREATE INDEX finding_by_kind ON finding (kind, began_unix);
CREATE INDEX finding_by_incident ON finding (incident);
CREATE INDEX finding_by_end ON finding (last_unix);
CREATE INDEX finding_by_epoch ON finding (epoch);
CREATE INDEX finding_by_cause ON finding (consequence_of);

CREATE VIEW server_span AS
  -- server_state with names, and how long each span lasted.
  SELECT s.id, v.server, v.cluster, v.name, s.state, s.since, s.until, s.since_unix, s.until_unix,
         ifnull(s.until_unix, f.ended_unix) - s.since_unix AS seconds
  FROM server_state s JOIN server v ON v.id = s.server JOIN facts f WHERE v.same_as IS NULL;

CREATE VIEW link_span AS
  -- Routes and gateways: state, names, and how long each span lasted. `link` reads like east/a1 – a2 or east/a1 → west.
  SELECT 'route' AS link_kind, v.cluster || '/' || min(v.name, p.name) || ' – ' || max(v.name, p.name) AS link, v.cluster,
         r.state, r.since, r.until, r.since_unix, r.until_unix, ifnull(r.until_unix, f.ended_unix) - r.since_unix AS seconds
  FROM facts f JOIN route_state r JOIN server v ON v.id = r.server JOIN server p ON p.id = r.peer
  WHERE v.same_as IS NULL AND p.same_as IS NULL
  UNION ALL
  SELECT 'gateway', v.cluster || '/' || v.name || ' → ' || g.remote_cluster, v.cluster,
         g.state, g.since, g.until, g.since_unix, g.until_unix, ifnull(g.until_unix, f.ended_unix) - g.since_unix
  FROM facts f JOIN gateway_state g JOIN server v ON v.id = g.server
  WHERE v.same_as IS NULL;

CREATE VIEW link_drop AS
  -- Every time a route or a gateway was lost, or was made anew between two looks; `drops` is a lower bound.
  SELECT CASE WHEN remote_cluster = '' THEN 'route' ELSE 'gateway' END AS link_kind,
         cluster || '/' || server || CASE WHEN remote_cluster = '' THEN ' – ' || peer ELSE ' → ' || remote_cluster END AS link,
         cluster, kind, severity, ifnull(count, 1) AS drops, incident, began, ended, began_unix, ended_unix, epoch, id AS finding
  FROM finding WHERE kind IN ('route_down', 'route_reconnected', 'gateway_down', 'gateway_reconnected', 'gateway_failover');

CREATE VIEW open_incident AS
  -- What is still wrong at the end of the recording.
  SELECT id, severity, title, began, cause, confidence, why, servers FROM incident WHERE status = 'open';
