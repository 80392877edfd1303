-- How long did each link hold on average from one drop to the next?
-- :since, :until  the span (default: all of the recording)
-- The mean is the time the link was seen up, divided by its drops; links that never dropped are left out.
WITH asked AS (
  SELECT ifnull(unixepoch(:since), began_unix) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
),
lost AS (
  SELECT CASE WHEN f.remote_cluster = '' THEN 'route' ELSE 'gateway' END AS link_kind, f.cluster, f.server,
         f.peer || f.remote_cluster AS peer, sum(ifnull(f.count, 1)) AS drops
  FROM asked CROSS JOIN finding f
  WHERE f.kind IN ('route_down', 'route_reconnected', 'gateway_down', 'gateway_reconnected', 'gateway_failover')
    AND f.began_unix BETWEEN asked.since AND asked.until
  GROUP BY 1, 2, 3, 4
),
span AS (
  SELECT 'route' AS link_kind, v.cluster, min(v.name, p.name) AS server, max(v.name, p.name) AS peer,
         min(ifnull(r.until_unix, asked.until), asked.until) - max(r.since_unix, asked.since) AS seconds
  FROM asked CROSS JOIN route_state r JOIN server v ON v.id = r.server JOIN server p ON p.id = r.peer
  WHERE (r.until_unix > asked.since OR r.until_unix IS NULL) AND r.since_unix < asked.until AND r.state = 'up'
    AND v.same_as IS NULL AND p.same_as IS NULL
  UNION ALL
  SELECT 'gateway', v.cluster, v.name, g.remote_cluster,
         min(ifnull(g.until_unix, asked.until), asked.until) - max(g.since_unix, asked.since)
  FROM asked CROSS JOIN gateway_state g JOIN server v ON v.id = g.server
  WHERE (g.until_unix > asked.since OR g.until_unix IS NULL) AND g.since_unix < asked.until AND g.state = 'up'
    AND v.same_as IS NULL
)
SELECT l.link_kind, l.cluster, l.server, l.peer, l.drops, round(ifnull(sum(s.seconds), 0), 3) AS up_s,
       round(ifnull(sum(s.seconds), 0) / l.drops, 3) AS mean_s_between_drops
FROM lost l LEFT JOIN span s USING (link_kind, cluster, server, peer)
GROUP BY l.link_kind, l.cluster, l.server, l.peer
ORDER BY mean_s_between_drops, l.cluster, l.server, l.peer;
