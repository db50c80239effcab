-- Collecting: guests whom no stay on record shows. Scratch tables and binds as in collect.sql.

-- name: knocks
-- Signs "do not disturb" that only the control records have.
INSERT INTO scratch_dnd AS d
SELECT room_id, ended_at::date, max(ended_at)
FROM source_controls((CAST(:since_on AS date) - 60)::timestamptz, :until) WHERE is_knock GROUP BY room_id, ended_at::date
ON CONFLICT (room_id, day) DO UPDATE SET last_at = greatest(d.last_at, excluded.last_at)

-- name: task_knocks
-- Signs that were noted on the day's tasks.
INSERT INTO scratch_dnd AS d
SELECT room_id, knocked_at::date, max(knocked_at)
FROM source_task_knocks((CAST(:since_on AS date) - 60)::timestamptz, :until) GROUP BY room_id, knocked_at::date
ON CONFLICT (room_id, day) DO UPDATE SET last_at = greatest(d.last_at, excluded.last_at)

-- name: misdated
-- Rows of guest lists whose dates are of another year than the list's own day: a list of guests in house or of arrivals
-- names who is there on its day. Who that is can't be read off them, so the room is unknown on the same dates of the year
-- of the list.
WITH found AS MATERIALIZED (
    SELECT s.stay_id, s.room_id, (s.arrives_on + y.years)::date AS first_night, (s.departs_on + y.years)::date AS last_night
    FROM source_misdated_stays(CAST(:since_on AS date) - 90, CAST(:until_on AS date) + 1) s
    CROSS JOIN LATERAL (
        SELECT make_interval(years => CAST(round((s.listed_on - s.arrives_on) / 365.25) AS integer)) AS years) y
    WHERE y.years <> interval '0' AND s.departs_on >= s.arrives_on
      AND (s.arrives_on + y.years)::date <= s.listed_on + 3 AND (s.departs_on + y.years)::date >= s.listed_on - 3
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stays', 'dates of another year than the list', first_night, count(*), min(stay_id) FROM found GROUP BY first_night
)
INSERT INTO scratch_unknown
SELECT room_id, night::date FROM found CROSS JOIN LATERAL generate_series(
    greatest(first_night, CAST(:since_on AS date) - 60), least(last_night, CAST(:until_on AS date)), interval '1 day') night
