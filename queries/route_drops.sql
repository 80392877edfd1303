-- Which routes were lost, or dropped and came back between two looks, and when?
-- :since, :until  the span (default: all of the recording); :cluster  only this one
-- A drop between two looks has no end of its own, and `drops` is a lower bound.
WITH asked AS (
  SELECT ifnull(unixepoch(:since), 0) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
)
SELECT f.began, f.ended, f.cluster, f.server, f.peer, f.kind, f.severity, ifnull(f.count, 1) AS drops,
       round(f.ended_unix - f.began_unix, 3) AS seconds, f.incident, f.text
FROM asked CROSS JOIN finding f
WHERE f.kind IN ('route_down', 'route_reconnected')
  AND f.began_unix BETWEEN asked.since AND asked.until
  AND (:cluster IS NULL OR f.cluster = :cluster)
ORDER BY f.began_unix, f.id;
