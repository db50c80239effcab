-- Job runs and their locks.

-- name: try_lock
-- Takes the session lock of a job; false where another session holds it.
SELECT pg_try_advisory_lock(hashtext('minibar_ml'), hashtext(:name))

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
-- The same, and the business days whose points collect has changed since it started.
SELECT l.as_of, l.started_at, l.counts,
       ARRAY(SELECT DISTINCT d.business_date
             FROM ml_job_runs c JOIN ml_changed_days d ON d.run_id = c.id
             WHERE c.job = 'collect' AND c.outcome IN ('done', 'partly') AND c.ended_at >= l.started_at
             ORDER BY 1) AS changed_on
FROM ml_job_runs l
WHERE l.job = :job AND l.outcome IN ('done', 'partly') ORDER BY l.started_at DESC LIMIT 1

-- name: begin_snapshot
-- Makes the transaction that it starts one that can only read, and that sees the state of its first statement.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
