-- Source contract for lists imported from files: each hotel's depot, and orders.

-- name: source_stock_movements
-- needs: movement(id, hotel, product, at, kind, units, reference, holder), product(id, name)
-- The kinds are those of the minibar application, so that a point says the same whatever its source. What was counted is
-- compared with what the ledger had: the count before and what moved since; the first one opens it. A reversal takes back
-- what its reference names; of what nothing names nobody knows which way it went.
CREATE FUNCTION minibar_ml.source_stock_movements(since timestamptz, until timestamptz)
RETURNS TABLE (movement_id bigint, product_id integer, kind text, flow text, units numeric, signed_units numeric,
               moved_at timestamptz, holder text)
LANGUAGE sql STABLE AS $$
    SELECT s.id, p.id,
           CASE s.kind WHEN 'count' THEN CASE WHEN s.place = 1 THEN 'devir' ELSE 'sayim' END WHEN 'write_off' THEN 'fire' WHEN 'issue' THEN 'cikis'
                WHEN 'reversal' THEN CASE s.reversed WHEN 'delivery' THEN 'cikis' ELSE 'giris' END ELSE 'giris' END,
           CASE s.kind WHEN 'delivery' THEN 'receipt' WHEN 'count' THEN CASE WHEN s.place = 1 THEN 'opening' ELSE 'count' END
                WHEN 'reversal' THEN CASE s.reversed WHEN 'delivery' THEN 'receipt_reversal' ELSE 'issue_reversal' END
                ELSE s.kind END,
           CASE s.kind WHEN 'count' THEN s.signed ELSE s.units END, s.signed, s.at, nullif(lower(btrim(s.holder)), '')
    FROM (
        SELECT c.*, row_number() OVER counts AS place,
               CASE c.kind WHEN 'count' THEN c.units - (coalesce(lag(c.units) OVER counts, 0) + c.moved - coalesce(lag(c.moved) OVER counts, 0))
                    ELSE c.move END AS signed
        FROM (
            SELECT m.*, sum(coalesce(m.move, 0)) OVER (PARTITION BY m.hotel, m.product ORDER BY m.at, m.id) AS moved
            FROM (
                SELECT v.*, o.kind AS reversed,
                       CASE v.kind WHEN 'delivery' THEN 1 WHEN 'return' THEN 1 WHEN 'issue' THEN -1 WHEN 'write_off' THEN -1
                            WHEN 'reversal' THEN CASE o.kind WHEN 'delivery' THEN -1 WHEN 'issue' THEN 1 WHEN 'write_off' THEN 1 END
                       END * v.units AS move
                FROM source.movement v LEFT JOIN LATERAL (
                    SELECT a.kind FROM source.movement a
                    WHERE v.kind = 'reversal' AND a.hotel = v.hotel AND a.product = v.product AND a.reference = v.reference
                      AND a.kind IN ('delivery', 'issue', 'write_off')
                    ORDER BY a.at DESC, a.id DESC LIMIT 1) o ON true
                WHERE v.at < until
            ) m
        ) c WINDOW counts AS (PARTITION BY c.hotel, c.product, c.kind = 'count' ORDER BY c.at, c.id)
    ) s JOIN source.product p ON p.name = s.product WHERE s.at >= since
$$;

-- name: source_new_stock_movements
-- needs: movement(at, written_at)
CREATE FUNCTION minibar_ml.source_new_stock_movements(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT floor(max(extract(epoch FROM written_at)) * 1000)::bigint, count(*), min(at) FILTER (WHERE at >= not_before),
           0::bigint, count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now() + interval '1 day'),
           NULL::text[]
    FROM source.movement WHERE written_at > to_timestamp(after / 1000.0)
$$;

-- name: source_depot_stock
-- needs: movement(id, hotel, at), hotel(id, name)
-- What each depot has by its ledger.
CREATE FUNCTION minibar_ml.source_depot_stock()
RETURNS TABLE (hotel_id integer, product_id integer, units numeric, changed_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT h.id, s.product_id, sum(s.signed_units), max(s.moved_at)
    FROM minibar_ml.source_stock_movements('-infinity', 'infinity') s
    JOIN source.movement m ON m.id = s.movement_id JOIN source.hotel h ON h.name = m.hotel
    GROUP BY h.id, s.product_id
$$;

-- name: source_movement_hotels
-- needs: movement(id, hotel, at), hotel(id, name)
CREATE FUNCTION minibar_ml.source_movement_hotels(since timestamptz, until timestamptz)
RETURNS TABLE (movement_id bigint, hotel_id integer) LANGUAGE sql STABLE AS $$
    SELECT m.id, h.id FROM source.movement m JOIN source.hotel h ON h.name = m.hotel WHERE m.at >= since AND m.at < until
$$;

-- name: source_orders
-- needs: order(id, hotel, product, ordered_on, due_on, ordered, received), hotel(id, name), product(id, name)
CREATE FUNCTION minibar_ml.source_orders(since timestamptz, until timestamptz)
RETURNS TABLE (order_id bigint, hotel_id integer, product_id integer, ordered_at timestamptz, due_on date,
               ordered numeric, outstanding numeric)
LANGUAGE sql STABLE AS $$
    SELECT o.id, h.id, p.id, o.ordered_on::timestamptz, o.due_on, o.ordered, greatest(o.ordered - o.received, 0)
    FROM source.order o JOIN source.hotel h ON h.name = o.hotel JOIN source.product p ON p.name = o.product
    WHERE o.ordered_on::timestamptz >= since AND o.ordered_on::timestamptz < until
$$;
