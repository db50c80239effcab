-- Collecting: checks that were entered one after the other faster than anybody can walk, with nothing found. Scratch
-- tables and binds as in collect.sql.

-- name: runs
-- Runs of at least eight checks by one person, each within two minutes of the one before and all within 45 seconds a room
-- on average. Where it is on record that more than one of their rooms was picked two minutes after the room before, they
-- were picked at their doors and saved together later: no such run. The gaps of a run are no one's pace.
-- Such a run is unseen where at least four of five checks found nothing and put nothing in, it took less than a quarter of
-- what the hotel's rooms took in the 28 days before (the median of at least five shifts' medians), and this person did not
-- enter what was found in such a run in those days: who types a whole round after it was walked was there as well.
WITH begun AS (
    SELECT v.visit_id, min(m.began_at) AS began_at
    FROM scratch_visits v JOIN scratch_minutes m USING (room_id, attendant_id)
    WHERE v.visited_at >= m.began_at AND v.visited_at <= m.ended_at + interval '1 minute' GROUP BY v.visit_id
), ordered AS (
    SELECT v.*, v.consumed = 0 AND v.refilled = 0 AS is_empty, lag(v.room_id) OVER shift AS previous_room,
           lag(v.visited_at) OVER shift AS shift_at, v.visited_at - lag(v.visited_at) OVER shift AS gap,
           v.visited_at - lag(v.visited_at) OVER shift <= interval '2 minutes' AS is_quick,
           b.began_at - lag(b.began_at) OVER shift > interval '2 minutes' AS is_picked_later
    FROM scratch_visits v LEFT JOIN begun b USING (visit_id) WHERE v.attendant_id IS NOT NULL
    WINDOW shift AS (PARTITION BY v.hotel_id, v.attendant_id, v.business_date ORDER BY v.visited_at, v.visit_id)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE is_quick IS NOT TRUE) OVER (
               PARTITION BY hotel_id, attendant_id, business_date ORDER BY visited_at, visit_id) AS run
    FROM ordered
), runs AS MATERIALIZED (
    SELECT hotel_id, attendant_id, business_date, run, count(*) AS checks, count(*) FILTER (WHERE is_empty) AS empty,
           extract(epoch FROM max(visited_at) - min(visited_at)) / 60 / (count(*) - 1) AS minutes
    FROM numbered GROUP BY 1, 2, 3, 4
    HAVING count(*) >= 8 AND count(*) FILTER (WHERE is_quick AND is_picked_later) <= 1
       AND max(visited_at) - min(visited_at) <= (count(*) - 1) * interval '45 seconds'
), gaps AS (
    INSERT INTO scratch_gaps
    SELECT o.hotel_id, o.attendant_id, o.business_date, o.visited_at, extract(epoch FROM o.gap) / 60, o.consumed + o.refilled
    FROM numbered o
    WHERE o.previous_room <> o.room_id AND o.gap > interval '0' AND o.gap <= make_interval(mins => :break_minutes)
      AND NOT (o.is_quick IS TRUE AND (o.hotel_id, o.attendant_id, o.business_date, o.run) IN (
          SELECT hotel_id, attendant_id, business_date, run FROM runs))
      AND NOT EXISTS (
        SELECT FROM scratch_knocks k
        WHERE k.attendant_id = o.attendant_id AND k.at > o.shift_at AND k.at < o.visited_at)
)
INSERT INTO scratch_runs
SELECT r.hotel_id, r.attendant_id, r.business_date, r.run, r.checks, r.empty, r.minutes, 5 * r.empty >= 4 * r.checks,
       n.visit_id, n.is_empty
FROM runs r JOIN numbered n USING (hotel_id, attendant_id, business_date, run);
ANALYZE scratch_gaps, scratch_runs

-- name: settle
-- Of the runs those that are unseen. Their empty checks are no checks: nobody knows what was in these rooms, and the check
-- after them is measured from the one before them.
WITH shifts AS (
    SELECT hotel_id, business_date, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS minutes
    FROM scratch_gaps WHERE EXISTS (SELECT FROM scratch_runs) GROUP BY hotel_id, attendant_id, business_date
    UNION ALL
    SELECT hotel_id, business_date, metric_value FROM ml_metrics
    WHERE EXISTS (SELECT FROM scratch_runs) AND metric_type = 'refill_duration'
      AND observed_at >= CAST(:since_at AS timestamptz) - interval '29 days' AND observed_at < :since_at
      AND jsonb_array_length(context -> 'gap_minutes') > 0
), typed AS (
    SELECT DISTINCT hotel_id, attendant_id, business_date FROM scratch_runs WHERE NOT is_mostly_empty
    UNION
    SELECT hotel_id, entity_id, business_date FROM ml_metrics
    WHERE EXISTS (SELECT FROM scratch_runs) AND metric_type = 'refill_duration' AND jsonb_exists(context, 'typed')
      AND observed_at >= CAST(:since_at AS timestamptz) - interval '29 days' AND observed_at < :since_at
), days AS (
    SELECT DISTINCT hotel_id, business_date FROM scratch_runs WHERE is_mostly_empty
), usual AS (
    SELECT d.hotel_id, d.business_date, percentile_cont(0.5) WITHIN GROUP (ORDER BY s.minutes) AS minutes
    FROM days d JOIN shifts s
      ON s.hotel_id = d.hotel_id AND s.business_date BETWEEN d.business_date - 28 AND d.business_date - 1
    GROUP BY 1, 2 HAVING count(*) >= 5
)
INSERT INTO scratch_unseen
SELECT r.visit_id, r.hotel_id, r.attendant_id, r.business_date, r.run, r.is_empty, r.minutes, u.minutes
FROM scratch_runs r JOIN usual u USING (hotel_id, business_date)
WHERE r.is_mostly_empty AND 4 * r.minutes < u.minutes
  AND NOT EXISTS (
    SELECT FROM typed t WHERE t.hotel_id = r.hotel_id AND t.attendant_id = r.attendant_id
    AND t.business_date BETWEEN r.business_date - 28 AND r.business_date);
WITH known AS (
    SELECT v.visit_id, v.room_id, v.visited_at, v.previous_at FROM scratch_visits v JOIN scratch_unseen u USING (visit_id)
    WHERE u.is_empty
    UNION ALL
    SELECT NULL, c.room, c.at, c.previous_at
    FROM ml_metrics m CROSS JOIN LATERAL jsonb_to_recordset(m.context -> 'unseen') AS c (
        room integer, at timestamptz, previous_at timestamptz, empty boolean)
    WHERE m.metric_type = 'refill_duration' AND jsonb_exists(m.context, 'unseen') AND c.empty
      AND m.observed_at >= CAST(:since_at AS timestamptz) - interval '61 days' AND m.observed_at < :since_at
), rooms AS (
    SELECT v.visit_id, v.room_id, v.visited_at, k.visit_id IS NOT NULL AS is_unseen,
           coalesce(lag(k.visit_id IS NOT NULL) OVER room, false) AS is_after,
           CASE WHEN s.room_id IS NOT NULL THEN s.previous_at ELSE v.previous_at END AS previous_at
    FROM scratch_visits v
    LEFT JOIN known k ON k.visit_id = v.visit_id
    LEFT JOIN known s ON s.visit_id IS NULL AND s.room_id = v.room_id AND v.previous_at >= s.visited_at
     AND v.previous_at < s.visited_at + make_interval(mins => :visit_minutes)
    WHERE v.room_id IN (SELECT room_id FROM known)
    WINDOW room AS (PARTITION BY v.room_id ORDER BY v.visited_at, v.visit_id)
), carried AS (
    SELECT visit_id, is_unseen, max(previous_at) FILTER (WHERE NOT is_after) OVER (
               PARTITION BY room_id ORDER BY visited_at, visit_id) AS previous_at
    FROM rooms
)
UPDATE scratch_visits v SET is_check = v.is_check AND NOT c.is_unseen, previous_at = c.previous_at
FROM carried c
WHERE c.visit_id = v.visit_id AND (c.is_unseen OR v.previous_at IS DISTINCT FROM c.previous_at)
