-- When did servers stop or start being ready for clients, routes and gateways, in their own words?
-- :since, :until  the span (default: all of the recording); :server  only this one, as in east/a1 or a1
WITH asked AS (
  SELECT ifnull(unixepoch(:since), 0) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
)
SELECT r.since AS time, v.server, b.state AS was, r.state AS became, r.complaint,
       round(r.since_unix - b.since_unix, 3) AS after_seconds
FROM asked CROSS JOIN readiness r
JOIN readiness b ON b.id = (SELECT p.id FROM readiness p
                            WHERE p.server = r.server AND p.since_unix <= r.since_unix AND p.id < r.id
                            ORDER BY p.since_unix DESC, p.id DESC LIMIT 1)
JOIN server v ON v.id = r.server
WHERE r.since_unix BETWEEN asked.since AND asked.until
  AND (:server IS NULL OR v.server = :server OR v.name = :server)
ORDER BY r.since_unix, v.server, r.id;
