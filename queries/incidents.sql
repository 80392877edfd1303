-- What broke, from when to when, and most likely why?
-- :since, :until  the span (default: all of the recording); open ones are always in it
WITH asked AS (
  SELECT ifnull(unixepoch(:since), 0) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
)
SELECT i.id, i.severity, i.status, i.began, i.ended, round(i.duration_s, 3) AS seconds, i.title, i.cause, i.confidence,
       i.servers
FROM asked CROSS JOIN incident i
WHERE (i.last_unix >= asked.since OR i.last_unix IS NULL) AND i.began_unix <= asked.until
ORDER BY i.began_unix, i.id;
