-- What status and doctor ask: how the jobs are, and what of server and store is not as it should be.

-- name: fetch_jobs
-- For each job its last run up to an instant, the last that did its work, and the last that told an error; null where
-- there was none. is_locked: whether a session holds the job's lock now.
SELECT j.job, last.as_of AS last_as_of, last.started_at, last.ended_at, last.outcome, good.as_of AS success_as_of,
       good.counts, bad.as_of AS error_as_of, bad.error,
       EXISTS (
           SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
           WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
             AND l.classid = CAST(hashtext('minibar_ml') AS oid) AND l.objid = CAST(hashtext(j.job) AS oid)
       ) AS is_locked
FROM unnest(CAST(:jobs AS text[])) WITH ORDINALITY AS j (job, place)
LEFT JOIN LATERAL (
    SELECT as_of, started_at, ended_at, outcome FROM minibar_ml.ml_job_runs r
    WHERE r.job = j.job AND as_of <= :as_of ORDER BY as_of DESC, id DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT as_of, counts FROM minibar_ml.ml_job_runs r
    WHERE r.job = j.job AND as_of <= :as_of AND outcome IN ('done', 'partly') ORDER BY as_of DESC, id DESC LIMIT 1
) good ON true
LEFT JOIN LATERAL (
    SELECT as_of, error FROM minibar_ml.ml_job_runs r
    WHERE r.job = j.job AND as_of <= :as_of AND error IS NOT NULL ORDER BY as_of DESC, id DESC LIMIT 1
) bad ON true
ORDER BY j.place

-- name: find_installed
-- When the store was made.
SELECT min(applied_at) FROM minibar_ml.ml_schema_migrations

-- name: count_open
-- Alerts by severity that were raised and not closed at an instant.
SELECT severity, count(*) AS alerts FROM minibar_ml.ml_alerts
WHERE raised_at <= :as_of AND (resolved_at IS NULL OR resolved_at > :as_of)
GROUP BY severity
