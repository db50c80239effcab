-- Collecting: movements, depots, what attendants draw and hold. Scratch tables and binds as in collect.sql.

-- name: custody
-- Units handed out, returned and lost, by attendant, day and product; impossible lines are set aside.
WITH found AS MATERIALIZED (
    SELECT *, least(handed_out, used, remaining, returned) AS least,
           coalesce(least(handed_out, used, remaining, returned) >= 0
                    AND greatest(handed_out, used, remaining, returned) <= 1000000, false) AS possible
    FROM source_custody(:since_at, :until)
    WHERE CAST(:hotels AS integer[]) IS NULL OR coalesce(hotel_id, :ledger_hotel) = ANY(CAST(:hotels AS integer[]))
), refused AS (
    INSERT INTO refused_rows
    SELECT 'custody', CASE WHEN least < 0 THEN 'negative units' ELSE 'more than a million units' END, counted_at::date,
           count(*), min(custody_id)
    FROM found WHERE NOT possible GROUP BY 2, 3
)
INSERT INTO scratch_custody
SELECT coalesce(hotel_id, :ledger_hotel), attendant_id, counted_at::date, product_id, sum(handed_out), sum(returned),
       sum(handed_out - used - returned - remaining)
FROM found WHERE possible GROUP BY 1, 2, 3, 4

-- name: draws
-- Where attendants draw from the hotel's floor store, that is what custody means: units that a person drew and that no room
-- of theirs shows, product by product and day by day. The application writes draw and room one after the other, so a
-- difference is rare, and has other reasons than a person: an administrator deletes a visit, and its units come back as a
-- receipt of the depot; somebody deletes all visits; the room's row of a draw was never written, and the person tried
-- again; the row of an extra was deleted, which gives nothing back. So only draws count next to which (two minutes) no row
-- of as many units stands; those that follow each other are one; those for extras don't count. One that is no larger than
-- what rooms of the hotel are given (six units at least) may be a row that was not written, and so may a second: they
-- count where a person has three of them on a day. What administrators deleted is forgiven everybody, and a day on which
-- half of what was drawn shows in no room says nothing. Nor does a draw where a word that nobody knows stands in the book of
-- that person and product within a month after it: it may be a correction.
-- A draw that is there twice within a minute was sent twice, and counts once.
WITH book AS MATERIALIZED (
    SELECT * FROM source_floor_draws(:since_at, :until)
    WHERE CAST(:hotels AS integer[]) IS NULL OR hotel_id = ANY(CAST(:hotels AS integer[]))
), doubtful AS MATERIALIZED (
    SELECT attendant_id, product_id, drawn_at::date AS day FROM book WHERE units IS NULL
), written AS (
    SELECT *, lag(drawn_at) OVER (
               PARTITION BY hotel_id, attendant_id, product_id, units ORDER BY drawn_at, draw_id) AS same_at
    FROM book WHERE units IS NOT NULL
), found AS MATERIALIZED (
    SELECT * FROM written WHERE units <= 0 OR coalesce(drawn_at - same_at >= interval '1 minute', true)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'draws', 'more than a million units', drawn_at::date, count(*), min(draw_id) FROM found
    WHERE abs(units) > 1000000 GROUP BY drawn_at::date
), draws AS MATERIALIZED (
    SELECT hotel_id, attendant_id, product_id, drawn_at::date AS day, sum(units) AS drawn
    FROM found WHERE abs(units) <= 1000000 GROUP BY 1, 2, 3, 4
), lines AS MATERIALIZED (
    SELECT v.attendant_id, l.product_id, v.visited_at, l.refilled
    FROM source_visits(:since_at, :until) v JOIN source_visit_lines(:since_at, :until) l USING (visit_id)
    WHERE EXISTS (SELECT FROM draws)
), shown AS MATERIALIZED (
    SELECT attendant_id, product_id, visited_at::date AS day, sum(refilled) AS units FROM lines GROUP BY 1, 2, 3
), undone AS (
    SELECT product_id, moved_at::date AS day, sum(units) AS units
    FROM source_stock_movements(:since_at, :until)
    WHERE flow = 'room_reversal' AND abs(units) <= 1000000 GROUP BY 1, 2
), moments AS (
    SELECT hotel_id, attendant_id, product_id, units, drawn_at AS at, is_extra FROM found
    WHERE units > 0 AND units <= 1000000
    UNION ALL SELECT NULL, attendant_id, product_id, refilled, visited_at, NULL FROM lines WHERE refilled > 0
), begun AS (
    SELECT *, coalesce(at - lag(at) OVER same > interval '2 minutes', true) AS begins FROM moments
    WINDOW same AS (PARTITION BY attendant_id, product_id, units ORDER BY at)
), numbered AS (
    SELECT *, count(*) FILTER (WHERE begins) OVER (
               PARTITION BY attendant_id, product_id, units ORDER BY at ROWS UNBOUNDED PRECEDING) AS number FROM begun
), saves AS MATERIALIZED (
    SELECT min(hotel_id) AS hotel_id, attendant_id, product_id, units, min(at)::date AS day, bool_or(is_extra) AS is_extra,
           bool_or(hotel_id IS NULL) AS is_shown
    FROM numbered GROUP BY attendant_id, product_id, units, number HAVING count(hotel_id) > 0
), usual AS (
    SELECT hotel_id, greatest(max(units) FILTER (WHERE is_shown), 6) AS units FROM saves GROUP BY hotel_id
), compared AS (
    -- Nearly everything drawn shows: what was undone is only looked for where it does not.
    SELECT d.*, CASE WHEN d.drawn > coalesce(s.units, 0) THEN greatest(d.drawn - coalesce(s.units, 0) - coalesce((
               SELECT sum(u.units) FROM undone u
               WHERE u.product_id = d.product_id AND u.day BETWEEN d.day AND d.day + 30), 0), 0) ELSE 0 END AS missing,
           sum(d.drawn) OVER hotel_day AS all_drawn, sum(coalesce(s.units, 0)) OVER hotel_day AS all_shown
    FROM draws d LEFT JOIN shown s USING (attendant_id, product_id, day)
    WINDOW hotel_day AS (PARTITION BY d.hotel_id, d.day)
), orphans AS (
    SELECT a.attendant_id, a.product_id, a.day, a.units, a.units > u.units AS is_large,
           count(*) OVER (PARTITION BY a.attendant_id, a.day) AS number
    FROM saves a JOIN usual u USING (hotel_id) JOIN compared c USING (hotel_id, attendant_id, product_id, day)
    WHERE NOT a.is_shown AND NOT a.is_extra AND c.missing > 0
      AND NOT EXISTS (SELECT FROM doubtful b WHERE b.attendant_id = a.attendant_id AND b.product_id = a.product_id
                      AND b.day BETWEEN a.day AND a.day + 30)
), evidence AS (
    SELECT attendant_id, product_id, day, sum(units) AS units FROM orphans WHERE is_large OR number >= 3 GROUP BY 1, 2, 3
), former AS (
    DELETE FROM scratch_custody c USING (SELECT hotel_id, min(day) AS day FROM draws GROUP BY hotel_id) f
    WHERE f.hotel_id = c.hotel_id AND c.day >= f.day
)
INSERT INTO scratch_custody
SELECT c.hotel_id, c.attendant_id, c.day, c.product_id, c.drawn, 0, least(c.missing, coalesce(e.units, 0))
FROM compared c LEFT JOIN evidence e USING (attendant_id, product_id, day)
WHERE c.drawn > 0 AND 2 * c.all_shown >= c.all_drawn

-- name: movements
-- Ledger rows of the span and of 60 days before it; rows that can't be true are set aside. Where each hotel keeps a depot
-- of its own (`:ledger_hotel` is NULL) a row that names none is set aside too.
WITH found AS MATERIALIZED (
    SELECT * FROM source_stock_movements(CAST(:since_at AS timestamptz) - interval '60 days', :until)
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stock movements', CASE WHEN signed_units IS NULL THEN 'unknown type ' || kind
                                   WHEN abs(units) > 1000000 THEN 'more than a million units'
                                   ELSE 'negative units' END,
           moved_at::date, count(*), min(movement_id)
    FROM found
    WHERE moved_at >= :since_at
      AND (signed_units IS NULL OR abs(units) > 1000000 OR (units < 0 AND kind <> 'sayim')) GROUP BY 2, 3
)
INSERT INTO scratch_movements
SELECT movement_id, :ledger_hotel, product_id, kind, flow, units, signed_units, moved_at, holder, units
FROM found WHERE signed_units IS NOT NULL AND abs(units) <= 1000000 AND (units >= 0 OR kind = 'sayim')

-- name: openings
-- What the ledger had of each product before the span, and what it has now.
WITH ledger AS (
    SELECT product_id, sum(signed_units) FILTER (WHERE moved_at < :since_at) AS before, sum(signed_units) AS now
    FROM source_stock_movements('1900-01-01', '2200-01-01')
    WHERE signed_units IS NOT NULL AND (units >= 0 OR kind = 'sayim') AND abs(units) <= 1000000 GROUP BY product_id
), ends AS (
    INSERT INTO scratch_ledgers SELECT :ledger_hotel, product_id, now, NULL FROM ledger
)
INSERT INTO scratch_openings SELECT :ledger_hotel, product_id, coalesce(before, 0) FROM ledger

-- name: own_depots
-- Each hotel's own depot, in place of the common store: whose each movement was, and what each depot had before the span.
-- Where rows name no hotel, the ledger of a product is brought to what the depot holds now, so that its level is right.
WITH hotels AS MATERIALIZED (
    SELECT * FROM source_movement_hotels('1900-01-01', '2200-01-01')
), own AS (
    UPDATE scratch_movements m SET hotel_id = h.hotel_id
    FROM hotels h WHERE h.movement_id = m.movement_id AND h.hotel_id IS NOT NULL
), unnamed AS (
    DELETE FROM scratch_movements m
    WHERE NOT EXISTS (SELECT FROM hotels h WHERE h.movement_id = m.movement_id AND h.hotel_id IS NOT NULL)
    RETURNING movement_id, moved_at
), refused AS (
    INSERT INTO refused_rows
    SELECT 'stock movements', 'of a hotel that nothing names', moved_at::date, count(*), min(movement_id)
    FROM unnamed WHERE moved_at >= :since_at GROUP BY moved_at::date
), common AS (
    DELETE FROM scratch_openings
), common_ends AS (
    DELETE FROM scratch_ledgers
), balances AS (
    SELECT h.hotel_id, m.product_id, m.signed_units, m.moved_at, sum(m.signed_units) OVER (
               PARTITION BY h.hotel_id, m.product_id ORDER BY m.moved_at, m.movement_id) AS balance
    FROM source_stock_movements('1900-01-01', '2200-01-01') m JOIN hotels h USING (movement_id)
    WHERE m.signed_units IS NOT NULL AND (m.units >= 0 OR m.kind = 'sayim') AND abs(m.units) <= 1000000
), ledger AS MATERIALIZED (
    SELECT hotel_id, product_id, sum(signed_units) FILTER (WHERE moved_at < :since_at) AS before,
           sum(signed_units) AS now, min(balance) AS lowest
    FROM balances GROUP BY hotel_id, product_id
), ends AS (
    INSERT INTO scratch_ledgers
    SELECT hotel_id, product_id, now, lowest FROM ledger
    WHERE hotel_id IS NOT NULL AND product_id NOT IN (SELECT product_id FROM ledger WHERE hotel_id IS NULL)
)
INSERT INTO scratch_openings
SELECT l.hotel_id, l.product_id, coalesce(l.before, 0)
       + CASE WHEN u.product_id IS NOT NULL THEN coalesce(d.units - l.now, 0) ELSE 0 END
FROM ledger l
LEFT JOIN ledger u ON u.hotel_id IS NULL AND u.product_id = l.product_id
LEFT JOIN source_depot_stock() d ON d.hotel_id = l.hotel_id AND d.product_id = l.product_id
WHERE l.hotel_id IS NOT NULL

-- name: settle_openings
-- Where a product's ledger was below zero at some time, and the application holds more of it than the ledger now says, the
-- ledger's beginning is missing: the application began with stock that no row brought in. Its level is the application's.
-- An empty depot is believed where the application changed its level with the last row that both books know: rooms that
-- an administrator fills are in the ledger alone, and levels that nobody keeps stay zero.
-- Whole ledgers are only read of products of which the application holds more.
WITH more AS MATERIALIZED (
    SELECT l.hotel_id, l.product_id, d.units - l.now AS units, l.lowest
    FROM scratch_ledgers l JOIN (
        SELECT coalesce(CAST(:ledger_hotel AS integer), hotel_id) AS hotel_id, product_id, sum(units) AS units,
               max(changed_at) AS changed_at
        FROM source_depot_stock()
        WHERE CAST(:ledger_hotel AS integer) IS NULL OR :ledger_hotel IN (0, hotel_id) GROUP BY 1, 2) d
    USING (hotel_id, product_id)
    WHERE d.units > l.now AND d.units <= 1000000 AND (d.units > 0 OR d.changed_at >= (
        SELECT max(m.moved_at) - interval '1 minute' FROM source_stock_movements('1900-01-01', '2200-01-01') m
        WHERE m.product_id = l.product_id AND m.flow NOT IN ('room', 'room_reversal')))
), short AS MATERIALIZED (
    SELECT l.hotel_id, l.product_id, l.units FROM more l WHERE coalesce(l.lowest, (
        SELECT min(balance) FROM (
            SELECT sum(m.signed_units) OVER (ORDER BY m.moved_at, m.movement_id) AS balance
            FROM source_stock_movements('1900-01-01', '2200-01-01') m
            WHERE m.product_id = l.product_id AND m.signed_units IS NOT NULL
              AND (m.units >= 0 OR m.kind = 'sayim') AND abs(m.units) <= 1000000) b)) < 0
), found AS (
    INSERT INTO refused_rows
    SELECT 'ledger beginnings', 'missing', CAST(:since_on AS date), count(*), min(product_id) FROM short HAVING count(*) > 0
)
UPDATE scratch_openings o SET units = o.units + s.units
FROM short s WHERE s.hotel_id = o.hotel_id AND s.product_id = o.product_id

-- name: hotel
-- The hotel that the ledger belongs to: the only active one, else 0, the chain's common store.
SELECT CASE WHEN count(*) = 1 THEN min(hotel_id) ELSE 0 END FROM source_hotels() WHERE is_active

-- name: has_own_depots
-- Whether the application keeps what each hotel's depot holds, and nearly all ledger rows name the depot they are about:
-- one in a hundred may not. Without such levels the hotel of whoever wrote a row is no depot: where hotels share a
-- warehouse, one of them enters what is delivered for all, and the others would only ever take out.
SELECT count(*) > 0 AND 100 * count(*) FILTER (WHERE hotel_id IS NULL) <= count(*)
       AND EXISTS (SELECT FROM source_depot_stock())
FROM source_movement_hotels('1900-01-01', '2200-01-01')

-- name: floor_hotels
-- The hotels that have a floor store.
SELECT DISTINCT hotel_id FROM source_floor_stock()

-- name: floor_hotels_without_draws
-- Those of which no person's withdrawal in a span is on record.
SELECT DISTINCT f.hotel_id FROM source_floor_stock() f
WHERE NOT EXISTS (SELECT FROM source_floor_draws(:since, :until) d WHERE d.hotel_id = f.hotel_id)
