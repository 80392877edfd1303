-- How long was each route and gateway up, impaired, down, and how long does nobody know?
-- :since, :until  the span (default: all of the recording); :cluster  only this one
WITH asked AS (
  SELECT ifnull(unixepoch(:since), began_unix) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
),
span AS (
  SELECT 'route' AS link_kind, v.cluster, min(v.name, p.name) AS server, max(v.name, p.name) AS peer, r.state,
         min(ifnull(r.until_unix, asked.until), asked.until) - max(r.since_unix, asked.since) AS seconds
  FROM asked CROSS JOIN route_state r JOIN server v ON v.id = r.server JOIN server p ON p.id = r.peer
  WHERE (r.until_unix > asked.since OR r.until_unix IS NULL) AND r.since_unix < asked.until
    AND v.same_as IS NULL AND p.same_as IS NULL AND (:cluster IS NULL OR v.cluster = :cluster)
  UNION ALL
  SELECT 'gateway', v.cluster, v.name, g.remote_cluster, g.state,
         min(ifnull(g.until_unix, asked.until), asked.until) - max(g.since_unix, asked.since)
  FROM asked CROSS JOIN gateway_state g JOIN server v ON v.id = g.server
  WHERE (g.until_unix > asked.since OR g.until_unix IS NULL) AND g.since_unix < asked.until
    AND v.same_as IS NULL AND (:cluster IS NULL OR v.cluster = :cluster)
)
SELECT link_kind, cluster, server, peer,
       round(sum(seconds * (state = 'up')), 3) AS up_s,
       round(sum(seconds * (state IN ('one_sided', 'degraded'))), 3) AS impaired_s,
       round(sum(seconds * (state = 'down')), 3) AS down_s,
       round(sum(seconds * (state = 'unknown')), 3) AS unknown_s
FROM span GROUP BY link_kind, cluster, server, peer
ORDER BY link_kind DESC, cluster, server, peer;
