-- Which routes and gateways flap: which dropped and came back again and again, how often, and since when?
-- :since, :until  the span (default: all of the recording); :least  how many drops count as flapping (default 3)
-- `flapping` is what the analyzer called so: that many re-establishments within 15 minutes.
WITH asked AS (
  SELECT ifnull(unixepoch(:since), 0) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
),
seen AS (
  SELECT f.cluster, f.server, f.peer, f.remote_cluster, f.kind, f.count, f.began_unix, f.began
  FROM asked CROSS JOIN finding f
  WHERE f.kind IN ('route_down', 'route_reconnected', 'route_flapping',
                   'gateway_down', 'gateway_reconnected', 'gateway_failover', 'gateway_flapping')
    AND f.began_unix BETWEEN asked.since AND asked.until
)
SELECT cluster, server, peer, remote_cluster,
       ifnull(sum(CASE WHEN kind NOT LIKE '%flapping' THEN ifnull(count, 1) END), 0) AS drops,
       sum(kind LIKE '%flapping') AS flapping,
       ifnull(max(CASE WHEN kind LIKE '%flapping' THEN count END), 0) AS most_in_one_spell,
       min(began) AS first, max(began) AS last
FROM seen
GROUP BY cluster, server, peer, remote_cluster
HAVING drops >= ifnull(:least, 3) OR flapping > 0
ORDER BY drops DESC, cluster, server, peer, remote_cluster;
