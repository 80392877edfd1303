-- Which links were worst in the last 30 days: longest down, then most often lost?
-- :since, :until  the span (default: the last 30 days of the recording); :limit  how many (default 20)
WITH asked AS (
  SELECT ifnull(unixepoch(:since), max(began_unix, ended_unix - 30 * 86400)) AS since,
         ifnull(unixepoch(:until), ended_unix) AS until FROM facts
),
span AS (
  SELECT 'route' AS link_kind, v.cluster, min(v.name, p.name) AS server, max(v.name, p.name) AS peer, r.state,
         min(ifnull(r.until_unix, asked.until), asked.until) - max(r.since_unix, asked.since) AS seconds
  FROM asked CROSS JOIN route_state r JOIN server v ON v.id = r.server JOIN server p ON p.id = r.peer
  WHERE (r.until_unix > asked.since OR r.until_unix IS NULL) AND r.since_unix < asked.until
    AND v.same_as IS NULL AND p.same_as IS NULL
  UNION ALL
  SELECT 'gateway', v.cluster, v.name, g.remote_cluster, g.state,
         min(ifnull(g.until_unix, asked.until), asked.until) - max(g.since_unix, asked.since)
  FROM asked CROSS JOIN gateway_state g JOIN server v ON v.id = g.server
  WHERE (g.until_unix > asked.since OR g.until_unix IS NULL) AND g.since_unix < asked.until AND v.same_as IS NULL
),
lost AS (
  SELECT CASE WHEN f.remote_cluster = '' THEN 'route' ELSE 'gateway' END AS link_kind, f.cluster, f.server,
         f.peer || f.remote_cluster AS peer, sum(ifnull(f.count, 1)) AS drops
  FROM asked CROSS JOIN finding f
  WHERE f.kind IN ('route_down', 'route_reconnected', 'gateway_down', 'gateway_reconnected', 'gateway_failover')
    AND f.began_unix BETWEEN asked.since AND asked.until
  GROUP BY 1, 2, 3, 4
)
SELECT span.link_kind, span.cluster, span.server, span.peer, ifnull(l.drops, 0) AS drops,
       round(sum(span.seconds * (span.state = 'down')), 3) AS down_s,
       round(sum(span.seconds * (span.state IN ('one_sided', 'degraded'))), 3) AS impaired_s,
       round(sum(span.seconds * (span.state = 'unknown')), 3) AS unknown_s
FROM span LEFT JOIN lost l USING (link_kind, cluster, server, peer)
GROUP BY span.link_kind, span.cluster, span.server, span.peer
HAVING drops > 0 OR down_s > 0 OR impaired_s > 0
ORDER BY down_s DESC, drops DESC, impaired_s DESC, span.cluster, span.server, span.peer
LIMIT ifnull(:limit, 20);
