-- Source contract for lists imported from files: who stayed where. Nights are named by the lists of guests in house, a row
-- a room and night; hours by the lists of arrivals and departures.

-- name: source_stays
-- needs: night(id, hotel, room, night, guests, arrives_on, departs_on, listed_at), stay_hint(id, hotel, room, list, at, guests, arrives_on, departs_on, listed_at, day), room(id, hotel, number), batch(hotel, kind, day)
-- readers: minibar_ml_operator
-- Nights and hints of one room with the same arrival and departure are one stay. A night whose arrival or departure the list
-- does not have is a stay of its own. A stay that the list of the next day names no longer has ended on that day, whatever
-- was planned. An hour of departure on a list that was made before that hour is a plan. A list never overwrites another
-- day's, so nothing was `rewritten`.
CREATE FUNCTION minibar_ml.source_stays(since date, until date)
RETURNS TABLE (stay_id bigint, room_id integer, guests integer, arrives_on date, arrives_at timestamptz,
               departs_on date, departs_at timestamptz, leaves_at timestamptz, is_in_house boolean, is_arrival boolean,
               is_departure boolean, written_at timestamptz, named_since date, named_at timestamptz, rewritten tstzrange[])
LANGUAGE sql STABLE AS $$
    SELECT s.id, r.id, s.guests, s.arrives_on, (s.arrives_on + s.arrives)::timestamptz, e.departs_on,
           CASE WHEN e.departs_on = s.departs_on THEN (s.departs_on + s.departed)::timestamptz END,
           CASE WHEN e.departs_on = s.departs_on THEN (s.departs_on + s.leaves)::timestamptz END,
           s.is_in_house, s.is_arrival, s.is_departure, s.written_at, s.named_since, s.named_at, NULL::tstzrange[]
    FROM (
        SELECT min(l.id) AS id, l.hotel, l.room, max(l.guests) AS guests, l.arrives_on, l.departs_on, min(l.arrives) AS arrives,
               max(l.leaves) AS leaves,
               max(l.leaves) FILTER (WHERE l.listed_at >= (l.departs_on + l.leaves)::timestamptz) AS departed,
               bool_or(l.list = 'in_house') AS is_in_house, bool_or(l.list = 'arrivals') AS is_arrival,
               bool_or(l.list = 'departures') AS is_departure, max(l.listed_at) AS written_at,
               min(l.day) FILTER (WHERE l.list = 'in_house') AS named_since,
               max(l.listed_at) FILTER (WHERE l.list = 'in_house') AS named_at, max(l.day) FILTER (WHERE l.list = 'in_house') AS named_until
        FROM (
            SELECT n.id, n.hotel, n.room, 'in_house' AS list, n.night AS day, n.guests,
                   coalesce(n.arrives_on, n.night) AS arrives_on, coalesce(n.departs_on, n.night + 1) AS departs_on,
                   NULL::time AS arrives, NULL::time AS leaves, n.listed_at
            FROM source.night n WHERE n.night >= since - 401 AND n.night < until + 401
            UNION ALL
            SELECT h.id, h.hotel, h.room, h.list, h.day, h.guests, h.arrives_on, h.departs_on,
                   CASE h.list WHEN 'arrivals' THEN h.at END, CASE h.list WHEN 'departures' THEN h.at END, h.listed_at
            FROM source.stay_hint h WHERE h.arrives_on <= h.departs_on
        ) l WHERE l.arrives_on < until AND l.departs_on >= since
        GROUP BY l.hotel, l.room, l.arrives_on, l.departs_on
    ) s JOIN source.room r ON r.hotel = s.hotel AND r.number = s.room
    CROSS JOIN LATERAL (SELECT CASE
        WHEN s.named_until + 1 < s.departs_on AND (
            EXISTS (SELECT FROM source.batch b WHERE b.kind = 'in_house' AND b.hotel = s.hotel AND b.day = s.named_until + 1)
            OR EXISTS (SELECT FROM source.night n WHERE n.hotel = s.hotel AND n.night = s.named_until + 1))
        THEN s.named_until + 1 ELSE s.departs_on END) e (departs_on)
$$;

-- name: source_impossible_stays
-- needs: stay_hint(id, hotel, room, arrives_on, departs_on), room(id, hotel, number)
-- The import rejects such rows; another program may not.
CREATE FUNCTION minibar_ml.source_impossible_stays(since date, until date)
RETURNS TABLE (stay_id bigint, room_id integer, arrives_on date, departs_on date) LANGUAGE sql STABLE AS $$
    SELECT h.id, r.id, h.arrives_on, h.departs_on
    FROM source.stay_hint h JOIN source.room r ON r.hotel = h.hotel AND r.number = h.room
    WHERE h.departs_on < h.arrives_on
      AND (h.arrives_on BETWEEN since AND until - 1 OR h.departs_on BETWEEN since AND until - 1)
$$;

-- name: source_first_departures
-- needs: night(hotel, room, night), stay_hint(hotel, room, departs_on), room(id, hotel, number)
-- From when on a hotel's occupancy is known: a list of guests in house names all of them, so from the first one; where
-- there is none, from the first departure.
CREATE FUNCTION minibar_ml.source_first_departures()
RETURNS TABLE (room_id integer, departs_on date) LANGUAGE sql STABLE AS $$
    SELECT r.id, least((SELECT min(n.night) FROM source.night n WHERE n.hotel = r.hotel AND n.room = r.number),
                       (SELECT min(h.departs_on) FROM source.stay_hint h WHERE h.hotel = r.hotel AND h.room = r.number))
    FROM source.room r
    WHERE EXISTS (SELECT FROM source.night n WHERE n.hotel = r.hotel AND n.room = r.number)
       OR EXISTS (SELECT FROM source.stay_hint h WHERE h.hotel = r.hotel AND h.room = r.number AND h.departs_on IS NOT NULL)
$$;

-- name: source_kept_stays
-- needs: night(id), stay_hint(id)
CREATE FUNCTION minibar_ml.source_kept_stays(ids bigint[])
RETURNS TABLE (stay_id bigint) LANGUAGE sql STABLE AS $$
    SELECT id FROM source.night WHERE id = ANY (ids)
    UNION ALL SELECT id FROM source.stay_hint WHERE id = ANY (ids)
$$;

-- name: source_new_stays
-- needs: night(night, written_at), stay_hint(day, written_at)
-- `last_id` counts milliseconds: a list that comes once more is written again under its rows' ids.
CREATE FUNCTION minibar_ml.source_new_stays(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT floor(max(extract(epoch FROM written_at)) * 1000)::bigint, count(*),
           min(at) FILTER (WHERE at >= not_before), 0::bigint, count(*) FILTER (WHERE at < not_before),
           count(*) FILTER (WHERE at > now() + interval '2 years'), NULL::text[]
    FROM (SELECT (night - 1)::timestamptz AS at, written_at FROM source.night
          WHERE written_at > to_timestamp(after / 1000.0)
          UNION ALL
          SELECT (day - 1)::timestamptz, written_at FROM source.stay_hint
          WHERE written_at > to_timestamp(after / 1000.0)) t
$$;

-- name: source_room_tasks
-- needs: stay_hint(id, hotel, room, list, day, at, arrives_on, departs_on), room(id, hotel, number)
-- Arrivals and departures whose other date the list does not have: that somebody slept there, and the hours.
CREATE FUNCTION minibar_ml.source_room_tasks(since date, until date)
RETURNS TABLE (task_id bigint, room_id integer, day date, kind text, arrives_at timestamptz, departs_at timestamptz,
               is_done boolean, done_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT h.id, r.id, h.day, CASE h.list WHEN 'arrivals' THEN 'arrival' ELSE 'departure' END,
           CASE h.list WHEN 'arrivals' THEN (h.day + h.at)::timestamptz END,
           CASE h.list WHEN 'departures' THEN (h.day + h.at)::timestamptz END, false, NULL::timestamptz
    FROM source.stay_hint h JOIN source.room r ON r.hotel = h.hotel AND r.number = h.room
    WHERE (h.arrives_on IS NULL OR h.departs_on IS NULL) AND h.day >= since AND h.day < until
$$;

-- name: source_uploads
-- needs: batch(id, hotel, kind, day, listed_at), hotel(id, name)
-- From a hotel's first list of guests on every day has its three lists, whether they came or not.
CREATE FUNCTION minibar_ml.source_uploads(since date, until date)
RETURNS TABLE (upload_id bigint, hotel_id integer, day date, list text, is_loaded boolean, loaded_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(b.id, 0), h.id, d.day, k.list, b.id IS NOT NULL, b.listed_at
    FROM (SELECT hotel, kind, min(day) AS first_day FROM source.batch
          WHERE kind IN ('in_house', 'arrivals', 'departures') AND day IS NOT NULL GROUP BY hotel, kind) k (hotel, list, first_day)
    JOIN source.hotel h ON h.name = k.hotel
    CROSS JOIN LATERAL (
        SELECT g::date AS day FROM generate_series(greatest(since, k.first_day), until - 1, interval '1 day') g) d
    LEFT JOIN LATERAL (
        SELECT l.id, l.listed_at FROM source.batch l WHERE l.kind = k.list AND l.hotel = k.hotel AND l.day = d.day
        ORDER BY l.id DESC LIMIT 1) b ON true
$$;

-- name: source_seen_uploads
-- needs: batch(kind, day, listed_at)
CREATE FUNCTION minibar_ml.source_seen_uploads()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(listed_at), NULL::jsonb FROM source.batch WHERE kind IN ('in_house', 'arrivals', 'departures')
$$;

-- name: source_list_files
-- needs: batch(id, hotel, kind, day, listed_at, accepted, rejected), hotel(id, name)
CREATE FUNCTION minibar_ml.source_list_files(since date, until date)
RETURNS TABLE (file_id bigint, hotel_id integer, list text, loaded_at timestamptz, lines integer, rejected integer)
LANGUAGE sql STABLE AS $$
    SELECT b.id, h.id, b.kind, b.listed_at, b.accepted + b.rejected, b.rejected
    FROM source.batch b JOIN source.hotel h ON h.name = b.hotel
    WHERE b.kind IN ('in_house', 'arrivals', 'departures') AND b.day >= since AND b.day < until
$$;

-- name: source_dnd
-- needs: check(id, hotel, room, at, is_timed, result), room(id, hotel, number)
-- "Do not disturb", by room and day: who was sent there did not enter.
CREATE FUNCTION minibar_ml.source_dnd(since date, until date)
RETURNS TABLE (dnd_id bigint, room_id integer, day date, knocks integer, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT min(c.id), r.id, c.at::date, count(*)::integer, min(c.at) FILTER (WHERE c.is_timed),
           max(c.at) FILTER (WHERE c.is_timed)
    FROM source.check c JOIN source.room r ON r.hotel = c.hotel AND r.number = c.room
    WHERE c.result = 'dnd' AND c.at >= since::timestamptz AND c.at < until::timestamptz
    GROUP BY r.id, c.at::date
$$;
