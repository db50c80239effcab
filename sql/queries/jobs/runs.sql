-- Job runs.

-- name: is_of_person
-- Whether this is a session of an administrator, who has a report made for themselves.
SELECT is_person(session_user) AND is_any(current_user, '{administrator}')

-- name: insert
-- Opens a run; returns its id, and the hotels that the last run of all could not do. We hold the job's lock, so a run of it that is still open has been killed. No row where
-- the run goes by a clock that is more than a day behind the last run's. Runs of reports don't count: they only read.
WITH killed AS (
    UPDATE ml_job_runs SET outcome = 'failed', ended_at = clock_timestamp(), error = 'killed'
    WHERE job = :job AND outcome = 'running'
), last AS (
    SELECT as_of FROM ml_job_runs
    WHERE job IN ('collect', 'train', 'detect', 'notify') AND outcome IN ('done', 'partly') ORDER BY id DESC LIMIT 1
)
INSERT INTO ml_job_runs (job, as_of)
SELECT :job, CAST(:as_of AS timestamptz)
WHERE NOT (:is_live AND EXISTS (SELECT FROM last WHERE as_of > CAST(:as_of AS timestamptz) + interval '1 day'))
RETURNING id, (
    SELECT r.counts -> 'failed_hotels' FROM ml_job_runs r
    WHERE r.job = :job AND r.outcome IN ('done', 'partly') AND NOT jsonb_exists(r.counts, 'only_hotels')
    ORDER BY r.id DESC LIMIT 1) AS undone

-- name: find_latest
-- Job and as-of of the last run of any job that did its work, reports aside.
SELECT job, as_of FROM ml_job_runs
WHERE job IN ('collect', 'train', 'detect', 'notify') AND outcome IN ('done', 'partly') ORDER BY id DESC LIMIT 1

-- name: mark_ended
-- Closes a run with its outcome; changes no row where another run has found it killed.
UPDATE ml_job_runs
SET ended_at = clock_timestamp(), outcome = :outcome, counts = CAST(:counts AS jsonb), error = :error
WHERE id = :id AND outcome = 'running'

-- name: find_last
-- As-of, start and counts of the last run of a job, of all hotels, that did its work; no row before the first.
SELECT as_of, started_at, counts FROM ml_job_runs
WHERE job = :job AND outcome IN ('done', 'partly') AND NOT jsonb_exists(counts, 'only_hotels') ORDER BY id DESC LIMIT 1

-- name: find_done_since
-- How the last run of a job, of all hotels, ended that began since an instant and did its work.
SELECT outcome, error FROM ml_job_runs
WHERE job = :job AND outcome IN ('done', 'partly') AND started_at >= :since AND NOT jsonb_exists(counts, 'only_hotels')
ORDER BY id DESC LIMIT 1

-- name: fetch_undone
-- The hotels that the last run of each job up to an instant could not do, and no run of their own has done since.
SELECT l.job, CAST(f.key AS integer) AS hotel_id, f.value ->> 'error' AS error
FROM unnest(CAST(:jobs AS text[])) WITH ORDINALITY AS j (job, place) CROSS JOIN LATERAL (
    SELECT r.id, r.job, r.counts FROM ml_job_runs r
    WHERE r.job = j.job AND r.outcome IN ('done', 'partly') AND r.as_of <= :as_of
      AND NOT jsonb_exists(r.counts, 'only_hotels')
    ORDER BY r.id DESC LIMIT 1) l
CROSS JOIN LATERAL jsonb_each(coalesce(l.counts -> 'failed_hotels', '{}')) f
WHERE NOT EXISTS (
    SELECT FROM ml_job_runs o
    WHERE o.job = l.job AND o.id > l.id AND o.outcome IN ('done', 'partly') AND o.as_of <= :as_of
      AND o.counts -> 'only_hotels' @> to_jsonb(CAST(f.key AS integer))
      AND NOT jsonb_exists(coalesce(o.counts -> 'failed_hotels', '{}'), f.key))
ORDER BY j.place, hotel_id

-- name: find_idle
-- What the last collect up to an instant found to have nothing to work with.
SELECT coalesce(counts -> 'idle', '[]') AS idle FROM ml_job_runs
WHERE job = 'collect' AND outcome IN ('done', 'partly') AND as_of <= :as_of ORDER BY as_of DESC, id DESC LIMIT 1

-- name: find_last_with_changes
-- The same, for a run as of an instant, one row always; as of when the earliest run of collect was that has ended since it
-- started; and whose points of which past business days have changed by such runs, as rows of day, hotel, entity type, id,
-- metric and whether it is news. is_ahead: whether a run of the job has gone by a later instant; is_afresh: whether one of collect has computed all
-- days again, and left no such rows. For a run of now (:is_live) the last one is the last whose clock was not ahead: what
-- a later one did is taken back, and its days and changes are still to be seen.
-- A run with another time zone or other hours of the house files points again, which is no news of the hotel.
-- The last run is the last that has looked: what a run after it found unchanged it did not read, and a run of single
-- hotels did not look at the others.
WITH last AS (
    SELECT id, as_of, started_at, counts FROM ml_job_runs
    WHERE job = :job AND outcome IN ('done', 'partly') AND NOT jsonb_exists_any(counts, '{unchanged,only_hotels}')
      AND (NOT :is_live OR as_of <= :as_of)
    ORDER BY id DESC LIMIT 1
), collected AS (
    SELECT c.id, c.as_of, c.counts ? 'has_moved' AS has_moved, c.counts ? 'is_afresh' AS is_afresh
    FROM ml_job_runs c CROSS JOIN last l
    WHERE c.job = 'collect' AND c.outcome IN ('done', 'partly') AND c.ended_at >= l.started_at
)
SELECT l.as_of, l.started_at, l.counts, (SELECT min(as_of) FROM collected) AS collected_as_of,
       coalesce((SELECT bool_or(is_afresh) FROM collected), false) AS is_afresh,
       (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_array(business_date, hotel_id, entity_type, entity_id, metric_type, is_news)),
                         '[]')
        FROM ml_changed_days WHERE run_id IN (SELECT id FROM collected WHERE NOT has_moved)) AS changes,
       EXISTS (SELECT FROM ml_job_runs r
               WHERE r.job = :job AND r.outcome IN ('done', 'partly') AND r.as_of > :as_of
                 AND (NOT :is_live OR r.id > coalesce(l.id, 0))) AS is_ahead
FROM (SELECT) one LEFT JOIN last l ON true

-- name: delete_seen_changes
-- Forgets the changed days of runs of collect that had ended when the last run of a job started, which has seen them.
DELETE FROM ml_changed_days d USING ml_job_runs c
WHERE c.id = d.run_id AND c.ended_at < :started_at

-- name: find_version
-- Which runs were the last to write points; what is read between two equal answers has not moved.
SELECT max(id) FILTER (WHERE job = 'collect') AS collect, max(id) FILTER (WHERE job = 'train') AS train
FROM ml_job_runs WHERE job IN ('collect', 'train') AND outcome IN ('done', 'partly')

-- name: begin_snapshot
-- Makes the transaction that it starts one that can only read, and that sees the state of its first statement.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
