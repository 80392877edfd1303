-- Which servers restarted, when, why as far as it shows, and into which version?
-- :since, :until  the span (default: all of the recording); :server  only this one, by its name
WITH asked AS (
  SELECT ifnull(unixepoch(:since), 0) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
)
SELECT f.began, f.cluster, f.server, f.severity, i.cause, i.confidence, f.incident, f.text
FROM asked CROSS JOIN finding f LEFT JOIN incident i ON i.id = f.incident
WHERE f.kind IN ('server_restarted', 'version_changed')
  AND f.began_unix BETWEEN asked.since AND asked.until
  AND (:server IS NULL OR f.server = :server)
ORDER BY f.began_unix, f.id;
