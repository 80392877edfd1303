-- How long was each server up, not ready, down, and how long does nobody know?
-- :since, :until  the span (default: all of the recording); :cluster  only this one
WITH asked AS (
  SELECT ifnull(unixepoch(:since), began_unix) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
),
span AS (
  SELECT v.server, s.state,
         min(ifnull(s.until_unix, asked.until), asked.until) - max(s.since_unix, asked.since) AS seconds
  FROM asked CROSS JOIN server_state s JOIN server v ON v.id = s.server
  WHERE (s.until_unix > asked.since OR s.until_unix IS NULL) AND s.since_unix < asked.until
    AND v.same_as IS NULL AND (:cluster IS NULL OR v.cluster = :cluster)
)
SELECT server,
       round(sum(seconds * (state IN ('up', 'degraded'))), 3) AS up_s,
       round(sum(seconds * (state = 'degraded')), 3) AS of_it_degraded_s,
       round(sum(seconds * (state = 'not_ready')), 3) AS not_ready_s,
       round(sum(seconds * (state = 'down')), 3) AS down_s,
       round(sum(seconds * (state = 'unknown')), 3) AS unknown_s,
       -- Of the time in which anybody knows.
       round(100 * sum(seconds * (state IN ('up', 'degraded'))) / nullif(sum(seconds * (state <> 'unknown')), 0), 3)
         AS up_percent
FROM span GROUP BY server ORDER BY server;
