-- Source contract for lists imported from files: what attendants found and did in rooms. A row of the lists is one product;
-- rows of one room at one time are one check.

-- name: source_visits
-- needs: check(id, hotel, room, at, person, result), room(id, hotel, number), person(id, login)
-- A check whose result is not on the list was one: somebody wrote down what was missing. A door that stayed shut is none.
CREATE FUNCTION minibar_ml.source_visits(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id bigint, room_id integer, attendant_id integer, kind text, visited_at timestamptz, is_check boolean)
LANGUAGE sql STABLE AS $$
    SELECT c.id, r.id, p.id, 'check'::text, c.at, true
    FROM source.check c JOIN source.room r ON r.hotel = c.hotel AND r.number = c.room
    LEFT JOIN source.person p ON p.login = c.person
    WHERE c.at >= since AND c.at < until AND c.result IS DISTINCT FROM 'dnd'
$$;

-- name: source_visit_lines
-- needs: check(id, hotel, room, at, result), check_line(hotel, room, at, product, consumed, refilled), room(id, hotel, number), product(id, name)
CREATE FUNCTION minibar_ml.source_visit_lines(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id bigint, room_id integer, visited_at timestamptz, product_id integer,
               consumed numeric, refilled numeric)
LANGUAGE sql STABLE AS $$
    SELECT c.id, r.id, c.at, p.id, l.consumed, coalesce(l.refilled, l.consumed, 0)
    FROM source.check_line l JOIN source.check c ON c.hotel = l.hotel AND c.room = l.room AND c.at = l.at
    JOIN source.room r ON r.hotel = l.hotel AND r.number = l.room JOIN source.product p ON p.name = l.product
    WHERE l.at >= since AND l.at < until AND c.result IS DISTINCT FROM 'dnd'
$$;

-- name: source_line_prices
-- needs: check(id, hotel, room, at, result), check_line(hotel, room, at, product, consumed, refilled, is_complimentary, price), product(id, name)
-- The price of a unit on each line that has one: 0 where the units were complimentary.
CREATE FUNCTION minibar_ml.source_line_prices(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id bigint, product_id integer, sold_at timestamptz, units numeric, price numeric)
LANGUAGE sql STABLE AS $$
    SELECT c.id, p.id, l.at, greatest(l.consumed, l.refilled, 1.0), CASE WHEN l.is_complimentary THEN 0 ELSE l.price END
    FROM source.check_line l JOIN source.check c ON c.hotel = l.hotel AND c.room = l.room AND c.at = l.at
    JOIN source.product p ON p.name = l.product
    WHERE l.at >= since AND l.at < until AND (l.is_complimentary OR l.price > 0) AND c.result IS DISTINCT FROM 'dnd'
$$;

-- name: source_previous_visits
-- needs: check(hotel, room, at, result), room(id, hotel, number)
CREATE FUNCTION minibar_ml.source_previous_visits(before timestamptz)
RETURNS TABLE (room_id integer, visited_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT r.id, v.at FROM source.room r CROSS JOIN LATERAL (
        SELECT c.at FROM source.check c
        WHERE c.hotel = r.hotel AND c.room = r.number AND c.at < before AND c.result IS DISTINCT FROM 'dnd'
        ORDER BY c.at DESC LIMIT 1) v
$$;

-- name: source_new_visits
-- needs: check(at, written_at)
CREATE FUNCTION minibar_ml.source_new_visits(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT floor(max(extract(epoch FROM written_at)) * 1000)::bigint, count(*), min(at) FILTER (WHERE at >= not_before),
           0::bigint, count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now() + interval '1 day'),
           NULL::text[]
    FROM source.check WHERE written_at > to_timestamp(after / 1000.0)
$$;

-- name: source_new_visit_lines
-- needs: check(hotel, room, at, written_at), check_line(hotel, room, at)
CREATE FUNCTION minibar_ml.source_new_visit_lines(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT floor(max(extract(epoch FROM c.written_at)) * 1000)::bigint, count(*), min(c.at) FILTER (WHERE c.at >= not_before),
           0::bigint, 0::bigint, 0::bigint, NULL::text[]
    FROM source.check c JOIN source.check_line l ON l.hotel = c.hotel AND l.room = c.room AND l.at = c.at
    WHERE c.written_at > to_timestamp(after / 1000.0)
$$;

-- name: source_controls
-- needs: check(id, hotel, room, at, is_timed, person, result), room(id, hotel, number), person(id, login)
-- Knocks at doors that stayed shut, where the hour is known.
CREATE FUNCTION minibar_ml.source_controls(since timestamptz, until timestamptz)
RETURNS TABLE (control_id bigint, room_id integer, attendant_id integer, began_at timestamptz, ended_at timestamptz,
               is_empty_check boolean, is_knock boolean)
LANGUAGE sql STABLE AS $$
    SELECT c.id, r.id, p.id, NULL::timestamptz, c.at, false, true
    FROM source.check c JOIN source.room r ON r.hotel = c.hotel AND r.number = c.room
    LEFT JOIN source.person p ON p.login = c.person
    WHERE c.result = 'dnd' AND c.is_timed AND c.at >= since AND c.at < until
$$;

-- name: source_previous_controls
-- needs: room(id)
-- An empty check is a check here, not a record beside it.
CREATE FUNCTION minibar_ml.source_previous_controls(before timestamptz)
RETURNS TABLE (room_id integer, ended_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT id, before FROM source.room WHERE false
$$;

-- name: source_new_controls
-- needs: check(at, written_at, result)
CREATE FUNCTION minibar_ml.source_new_controls(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT floor(max(extract(epoch FROM written_at)) * 1000)::bigint, count(*), min(at) FILTER (WHERE at >= not_before),
           0::bigint, 0::bigint, 0::bigint, NULL::text[]
    FROM source.check WHERE result = 'dnd' AND written_at > to_timestamp(after / 1000.0)
$$;
