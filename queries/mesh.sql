-- Which route and which gateway was in which state at a moment?
-- :at  the moment (default: the end of the recording); :cluster  only this one
WITH asked AS (SELECT ifnull(unixepoch(:at), ended_unix) AS at FROM facts)
SELECT 'route' AS link_kind, v.cluster, min(v.name, p.name) AS server, max(v.name, p.name) AS peer, r.state, r.since,
       round(asked.at - r.since_unix, 3) AS for_seconds
FROM asked CROSS JOIN route_state r JOIN server v ON v.id = r.server JOIN server p ON p.id = r.peer
WHERE (r.until_unix > asked.at OR r.until_unix IS NULL) AND r.since_unix <= asked.at
  AND v.same_as IS NULL AND p.same_as IS NULL AND (:cluster IS NULL OR v.cluster = :cluster)
UNION ALL
SELECT 'gateway', v.cluster, v.name, g.remote_cluster, g.state, g.since, round(asked.at - g.since_unix, 3)
FROM asked CROSS JOIN gateway_state g JOIN server v ON v.id = g.server
WHERE (g.until_unix > asked.at OR g.until_unix IS NULL) AND g.since_unix <= asked.at
  AND v.same_as IS NULL AND (:cluster IS NULL OR v.cluster = :cluster)
ORDER BY link_kind DESC, cluster, server, peer;
