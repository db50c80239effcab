-- What of the source collect refused or did not understand.

-- name: upsert
-- Records a run's problems on their business day. What was counted before is counted again by every run, each over a
-- span of its own: the day's highest figure stands. New rows are counted once: their figures add up.
INSERT INTO ml_source_problems AS p (seen_on, source, problem, affected, example_id, is_of_new_rows, seen_at)
SELECT :seen_on, source, problem, affected, example_id, is_of_new_rows, :seen_at
FROM jsonb_to_recordset(CAST(:problems AS jsonb)) AS f(
    source text, problem text, affected integer, example_id bigint, is_of_new_rows boolean)
ON CONFLICT (seen_on, source, problem) DO UPDATE
SET affected = CASE WHEN excluded.is_of_new_rows THEN p.affected + excluded.affected
                    ELSE greatest(p.affected, excluded.affected) END,
    example_id = excluded.example_id, seen_at = greatest(p.seen_at, excluded.seen_at)

-- name: fetch
-- What was seen in the week up to a day: how many rows when it was last seen, how many a week before that, and since
-- when it is on record. Figures of new rows are those of a week.
SELECT source, problem, min(seen_on) AS since_on, max(seen_on) AS last_on,
       (array_agg(example_id ORDER BY seen_on DESC))[1] AS example_id,
       CASE WHEN bool_or(is_of_new_rows) THEN sum(affected) FILTER (WHERE seen_on > CAST(:today AS date) - 7)
            ELSE (array_agg(affected ORDER BY seen_on DESC))[1] END AS affected,
       coalesce(CASE WHEN bool_or(is_of_new_rows) THEN sum(affected) FILTER (WHERE is_of_the_week_before)
                     ELSE max(affected) FILTER (WHERE is_of_the_week_before) END, 0) AS before
FROM ml_source_problems
CROSS JOIN LATERAL (SELECT seen_on > CAST(:today AS date) - 14 AND seen_on <= CAST(:today AS date) - 7) w
    (is_of_the_week_before)
WHERE seen_on <= CAST(:today AS date)
GROUP BY source, problem
HAVING max(seen_on) > CAST(:today AS date) - 7
ORDER BY affected DESC, source, problem
