-- Job runs and their locks.

-- name: try_lock
-- Takes the session lock of a job; false where another session holds it.
SELECT pg_try_advisory_lock(hashtext('minibar_ml'), hashtext(:name))

-- name: find_holder
-- Which role and process holds a job's lock; no row where it has just been given back.
SELECT a.usename, a.pid
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid, l.objid) = (CAST(CAST(hashtext('minibar_ml') AS bit(32)) AS bigint),
                              CAST(CAST(hashtext(:name) AS bit(32)) AS bigint))
LIMIT 1

-- name: unlock
-- Gives the session lock back.
SELECT pg_advisory_unlock(hashtext('minibar_ml'), hashtext(:name))

-- name: insert
-- Opens a run; returns its id. We hold the job's lock, so a run of it that is still open has been killed.
WITH killed AS (
    UPDATE ml_job_runs SET outcome = 'failed', ended_at = clock_timestamp(), error = 'killed'
    WHERE job = :job AND outcome = 'running'
)
INSERT INTO ml_job_runs (job, as_of) VALUES (:job, :as_of) RETURNING id

-- name: mark_ended
-- Closes a run with its outcome.
UPDATE ml_job_runs
SET ended_at = clock_timestamp(), outcome = :outcome, counts = CAST(:counts AS jsonb), error = :error
WHERE id = :id

-- name: find_last
-- As-of, start and counts of the last run of a job that did its work; no row before the first.
SELECT as_of, started_at, counts FROM ml_job_runs
WHERE job = :job AND outcome IN ('done', 'partly') ORDER BY started_at DESC LIMIT 1

-- name: find_idle
-- What the last collect up to an instant found to have nothing to work with.
SELECT coalesce(counts -> 'idle', '[]') AS idle FROM ml_job_runs
WHERE job = 'collect' AND outcome IN ('done', 'partly') AND as_of <= :as_of ORDER BY as_of DESC, id DESC LIMIT 1

-- name: find_last_with_changes
-- The same; as of when the earliest run of collect was that has ended since it started; and whose points of which past
-- business days have changed by such runs, as rows of day, hotel, entity type and id. What was seen before is deleted.
-- A run with another time zone or other hours of the house files points again, which is no news of the hotel.
WITH last AS (
    SELECT as_of, started_at, counts FROM ml_job_runs
    WHERE job = :job AND outcome IN ('done', 'partly') ORDER BY started_at DESC LIMIT 1
), collected AS (
    SELECT c.id, c.as_of, c.counts ? 'has_moved' AS has_moved FROM ml_job_runs c CROSS JOIN last l
    WHERE c.job = 'collect' AND c.outcome IN ('done', 'partly') AND c.ended_at >= l.started_at
), seen AS (
    DELETE FROM ml_changed_days d USING ml_job_runs c, last l WHERE c.id = d.run_id AND c.ended_at < l.started_at
)
SELECT l.*, (SELECT min(as_of) FROM collected) AS collected_as_of,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(business_date, hotel_id, entity_type, entity_id)), '[]')
        FROM ml_changed_days WHERE run_id IN (SELECT id FROM collected WHERE NOT has_moved)) AS changes
FROM last l

-- name: begin_snapshot
-- Makes the transaction that it starts one that can only read, and that sees the state of its first statement.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
