-- Which gateways were lost, made anew or moved to another server since the previous epoch?
-- :epoch  all that was proven after this epoch (default: the one before the newest)
WITH asked AS (
  SELECT ifnull(:epoch, (SELECT max(number) FROM epoch WHERE number < last_epoch)) AS epoch FROM facts
)
SELECT f.began, f.ended, f.cluster, f.server, f.remote_cluster, f.kind, f.severity, f.epoch, f.incident, f.text
FROM asked CROSS JOIN finding f
WHERE f.epoch > ifnull(asked.epoch, 0) AND f.kind IN ('gateway_down', 'gateway_reconnected', 'gateway_failover')
ORDER BY f.began_unix, f.id;
