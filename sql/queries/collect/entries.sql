-- Collecting: what the rows of visits can be. At which price they were sold, which of them were saved twice, and which say
-- more than the minibar holds. Scratch tables and binds as in collect.sql.

-- name: prices
-- The price of a unit on the lines that have one: 0 where it was complimentary.
INSERT INTO scratch_prices
SELECT visit_id, product_id, sum(greatest(units, 1) * price) / sum(greatest(units, 1))
FROM source_line_prices(CAST(:since_at AS timestamptz) - interval '6 hours', :until)
WHERE price BETWEEN 0 AND 1000000000 AND coalesce(units <= 1000000, true) GROUP BY visit_id, product_id

-- name: ceilings
-- What a room of each type holds. What a setup held before it was lowered counts for visits of that time; a raised one
-- counts for all: too high a ceiling only says less.
INSERT INTO scratch_ceilings
SELECT n.hotel_id, n.room_type, n.product_id, n.units,
       CASE WHEN s.units > n.units THEN s.units ELSE s.lowered_from END,
       CASE WHEN s.units > n.units THEN CAST(:until AS timestamptz) ELSE s.lowered_at END
FROM source_setups() n LEFT JOIN ml_setups s USING (hotel_id, room_type, product_id)
WHERE n.units > 0

-- name: copies
-- Rows of visits that were saved twice. A row with the same content as one of the last minute, by the same person in the
-- same room, is one. Where a visit is many rows, saving them again takes longer: so is a whole sequence of rows that
-- repeats the one before it in the same order, where it has two lines and more and begins within a minute and a half, or
-- begins within three minutes and both together are more of a product than the room holds. A sequence with any difference is
-- another visit's.
ANALYZE scratch_rows (room_id, row_id, attendant_id), scratch_row_lines (row_id, product_id), scratch_ceilings;
WITH contents AS (
    SELECT row_id, string_agg(concat_ws(':', product_id, consumed, refilled), ' ' ORDER BY product_id) AS content,
           count(*) AS lines
    FROM scratch_row_lines GROUP BY row_id
), placed AS (
    SELECT r.*, c.content, coalesce(c.lines, 0) AS lines, row_number() OVER person AS place, lag(r.at) OVER person AS before_at
    FROM scratch_rows r LEFT JOIN contents c USING (row_id)
    WINDOW person AS (PARTITION BY r.room_id, r.attendant_id ORDER BY r.at, r.row_id)
), alike AS (
    SELECT *, place - lag(place) OVER same AS back, lag(at) OVER same AS same_at
    FROM placed WINDOW same AS (PARTITION BY room_id, attendant_id, kind, content ORDER BY at, row_id)
), too_much AS MATERIALIZED (
    -- All rows at once: a scan of the lines for each row would grow with their square.
    SELECT DISTINCT r.row_id FROM scratch_rows r JOIN scratch_row_lines l USING (row_id)
    JOIN scratch_ceilings c ON c.hotel_id = r.hotel_id AND c.room_type = r.room_type AND c.product_id = l.product_id
    WHERE 2 * l.consumed > greatest(c.units, CASE WHEN r.at < c.lowered_at THEN c.former_units END)
), numbered AS (
    -- Rows that follow each other and each repeat the row as many places before them.
    SELECT *, place - row_number() OVER (PARTITION BY room_id, attendant_id, back ORDER BY place) AS run
    FROM alike WHERE at <= same_at + interval '15 minutes'
), runs AS (
    SELECT *, row_number() OVER run AS number, count(*) OVER run_whole / back * back AS repeated,
           first_value(at) OVER run - first_value(before_at) OVER run AS pause,
           sum(lines) OVER run_whole * back >= 2 * count(*) OVER run_whole AS is_list,
           bool_or(k.row_id IS NOT NULL) OVER run_whole AS is_too_much
    FROM numbered n LEFT JOIN too_much k USING (row_id)
    WINDOW run_whole AS (PARTITION BY room_id, attendant_id, back, run), run AS (run_whole ORDER BY place)
)
INSERT INTO scratch_copies
SELECT row_id FROM runs
WHERE at <= same_at + interval '1 minute'
   OR (number <= repeated
       AND ((is_list AND pause <= interval '90 seconds') OR (is_too_much AND pause <= interval '3 minutes')))

-- name: overs
-- Lines that say more than the room holds. Where more than a twentieth of a product's lines do, and more than two, the
-- setup is not what is in the rooms.
INSERT INTO scratch_overs
SELECT visit_id, product_id, holds FROM (
    SELECT l.visit_id, l.product_id, h.holds, l.consumed - l.noted > h.holds AS is_over,
           count(*) FILTER (WHERE l.consumed - l.noted > h.holds) OVER alike AS overs, count(*) OVER alike AS lines
    FROM scratch_visits v JOIN scratch_lines l USING (visit_id)
    JOIN scratch_ceilings c ON c.hotel_id = v.hotel_id AND c.room_type = v.room_type AND c.product_id = l.product_id
    CROSS JOIN LATERAL (
        SELECT greatest(c.units, CASE WHEN v.visited_at < c.lowered_at THEN c.former_units END) AS holds) h
    WHERE l.consumed > l.noted
    WINDOW alike AS (PARTITION BY v.hotel_id, v.room_type, l.product_id)) l
WHERE is_over AND (overs <= 2 OR 20 * overs <= lines)
