-- What of the source collect refused or did not understand.

-- name: merge
-- Records a run's problems. Rows that every run counts again stand under their own day: a day that the run has read as a
-- whole, from :since_on on, has the run's figure, or none any more; of an earlier one some rows may not have been read.
-- New rows are counted once, under the run's day, where their figures add up.
WITH found AS (
    SELECT * FROM jsonb_to_recordset(CAST(:problems AS jsonb)) AS f(
        day date, source text, problem text, affected integer, example_id bigint, is_of_new_rows boolean)
), gone AS (
    DELETE FROM ml_source_problems p
    WHERE NOT p.is_of_new_rows AND p.day >= CAST(:since_on AS date)
      AND NOT EXISTS (SELECT FROM found f WHERE (f.day, f.source, f.problem) = (p.day, p.source, p.problem))
)
INSERT INTO ml_source_problems AS p (day, source, problem, affected, example_id, is_of_new_rows, seen_at, first_on)
SELECT day, source, problem, affected, example_id, is_of_new_rows, :seen_at, :seen_on FROM found
ON CONFLICT (day, source, problem) DO UPDATE
SET affected = CASE WHEN excluded.is_of_new_rows THEN p.affected + excluded.affected
                    WHEN p.day >= CAST(:since_on AS date) THEN excluded.affected
                    ELSE greatest(p.affected, excluded.affected) END,
    first_on = CASE WHEN excluded.affected > p.affected THEN excluded.first_on ELSE p.first_on END,
    example_id = excluded.example_id, seen_at = greatest(p.seen_at, excluded.seen_at)

-- name: fetch
-- What is on record of the :read_days days that collect reads again daily, and of new rows of a week: how many rows, since
-- when, and how many of them were first counted in the week up to a day. What was counted later is left out, and so is what
-- a longer look back found: it is no news.
SELECT source, problem, min(first_on) AS since_on, max(CAST(seen_at AS date)) AS last_on,
       (array_agg(example_id ORDER BY day DESC))[1] AS example_id, sum(affected) FILTER (WHERE is_now) AS affected,
       coalesce(sum(affected) FILTER (WHERE is_now AND first_on > CAST(:today AS date) - 7), 0) AS fresh,
       coalesce(sum(affected) FILTER (WHERE first_on <= CAST(:today AS date) - 7), 0) AS before
FROM ml_source_problems
CROSS JOIN LATERAL (SELECT NOT is_of_new_rows OR day > CAST(:today AS date) - 7) w (is_now)
WHERE first_on <= CAST(:today AS date)
  AND day > CAST(:today AS date) - CASE WHEN is_of_new_rows THEN 14 ELSE CAST(:read_days AS integer) END
GROUP BY source, problem
HAVING bool_or(is_now)
ORDER BY affected DESC, source, problem
