-- How complete is the recording, day by day: epochs, answers, and time in which nothing was seen?
-- :since, :until  the span (default: all of the recording)
WITH asked AS (
  SELECT ifnull(unixepoch(:since), 0) AS since, ifnull(unixepoch(:until), ended_unix) AS until FROM facts
),
day AS (
  SELECT date(e.started_unix, 'unixepoch') AS day, unixepoch(date(e.started_unix, 'unixepoch')) AS begins,
         count(*) AS epochs, sum(e.targets) AS asked, sum(e.answered) AS answered, sum(e.answered = 0) AS blind_epochs
  FROM asked CROSS JOIN epoch e WHERE e.started_unix BETWEEN asked.since AND asked.until
  GROUP BY 1
)
SELECT d.day, d.epochs, d.blind_epochs, d.asked AS targets_asked, d.answered AS targets_answered,
       round(100.0 * d.answered / nullif(d.asked, 0), 2) AS answered_percent,
       round(ifnull((SELECT sum(min(g.until_unix, d.begins + 86400) - max(g.since_unix, d.begins)) FROM gap g
                     WHERE g.until_unix > d.begins AND g.since_unix < d.begins + 86400), 0), 3) AS unseen_s
FROM day d ORDER BY d.day;
