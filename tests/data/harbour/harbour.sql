-- Harbour PMS: a layout written from docs/source-layouts.md alone.
-- marks: RoomVisit.visitedAt, article.sku

-- name: source_hotels
-- needs: property(id, name, closed)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_hotels()
RETURNS TABLE (hotel_id uuid, name text, is_active boolean) LANGUAGE sql STABLE AS $$
    SELECT p.id, p.name::text, p.closed IS NOT TRUE FROM source.property p
$$;

-- name: source_rooms
-- needs: room(id, property_id, door, class, deleted_at)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_rooms()
RETURNS TABLE (room_id uuid, hotel_id uuid, floor_name text, room_name text, room_type text, is_active boolean)
LANGUAGE sql STABLE AS $$
    SELECT r.id, r.property_id, NULL, r.door::text, r.class::text, r.deleted_at IS NULL FROM source.room r
$$;

-- name: source_products
-- needs: article(sku, label, price_cents, is_listed)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_products()
RETURNS TABLE (product_id text, name text, critical_units integer, is_active boolean, sale_price numeric,
               purchase_price numeric)
LANGUAGE sql STABLE AS $$
    SELECT a.sku, a.label::text, NULL::integer, a.is_listed, a.price_cents / 100.0, NULL::numeric FROM source.article a
$$;

-- name: source_users
-- needs: employee(id, badge, first_name, last_name, job, left_on)
-- readers: minibar_ml_operator
CREATE FUNCTION minibar_ml.source_users()
RETURNS TABLE (user_id bigint, login text, name text, role text, is_active boolean, hotel_id uuid)
LANGUAGE sql STABLE AS $$
    SELECT e.id, e.badge::text, concat_ws(' ', e.first_name, e.last_name), e.job, e.left_on IS NULL, NULL::uuid
    FROM source.employee e
$$;

-- name: source_visits
-- needs: RoomVisit(id, roomId, employeeId, visitedAt, outcome, deletedAt)
CREATE FUNCTION minibar_ml.source_visits(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id uuid, room_id uuid, attendant_id bigint, kind text, visited_at timestamptz, is_check boolean)
LANGUAGE sql STABLE AS $$
    SELECT v.id, v."roomId", v."employeeId", v.outcome::text, v."visitedAt"::timestamptz, v.outcome = 'checked'
    FROM source.RoomVisit v
    WHERE v."deletedAt" IS NULL
      AND v."visitedAt" >= since - interval '1 hour' AND v."visitedAt" < until + interval '1 hour'
      AND v."visitedAt"::timestamptz >= since AND v."visitedAt"::timestamptz < until
$$;

-- name: source_visit_lines
-- needs: RoomVisit(id, roomId, visitedAt, deletedAt), RoomVisitItem(visitId, sku, missing, added)
CREATE FUNCTION minibar_ml.source_visit_lines(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id uuid, room_id uuid, visited_at timestamptz, product_id text, consumed numeric,
               refilled numeric)
LANGUAGE sql STABLE AS $$
    SELECT v.id, v."roomId", v."visitedAt"::timestamptz, i.sku, i.missing::numeric, i.added::numeric
    FROM source.RoomVisit v JOIN source.RoomVisitItem i ON i."visitId" = v.id
    WHERE v."deletedAt" IS NULL
      AND v."visitedAt" >= since - interval '1 hour' AND v."visitedAt" < until + interval '1 hour'
      AND v."visitedAt"::timestamptz >= since AND v."visitedAt"::timestamptz < until
$$;

-- name: source_previous_visits
-- needs: RoomVisit(roomId, visitedAt, deletedAt), room(id)
CREATE FUNCTION minibar_ml.source_previous_visits(before timestamptz)
RETURNS TABLE (room_id uuid, visited_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT r.id, p."visitedAt"::timestamptz
    FROM source.room r CROSS JOIN LATERAL (
        SELECT v."visitedAt" FROM source.RoomVisit v
        WHERE v."roomId" = r.id AND v."deletedAt" IS NULL AND v."visitedAt" < before
        ORDER BY v."visitedAt" DESC LIMIT 1) p
$$;

-- name: source_new_visits
-- needs: RoomVisit(visitedAt, createdAt, outcome)
CREATE FUNCTION minibar_ml.source_new_visits(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(n.number), count(*), min(n.at) FILTER (WHERE n.at >= not_before), 0::bigint,
           count(*) FILTER (WHERE n.at < not_before), count(*) FILTER (WHERE n.at > now()),
           array_agg(DISTINCT n.outcome) FILTER (WHERE n.outcome NOT IN ('checked', 'refused'))
    FROM (SELECT (extract(epoch FROM v."createdAt"::timestamptz) * 1000)::bigint AS number,
                 v."visitedAt"::timestamptz AS at, v.outcome::text AS outcome
          FROM source.RoomVisit v) n
    WHERE n.number > after
$$;

-- name: source_new_visit_lines
-- needs: RoomVisit(id, visitedAt, createdAt), RoomVisitItem(visitId)
CREATE FUNCTION minibar_ml.source_new_visit_lines(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(n.number), count(*), min(n.at) FILTER (WHERE n.at >= not_before), 0::bigint, 0::bigint, 0::bigint,
           NULL::text[]
    FROM (SELECT (extract(epoch FROM v."createdAt"::timestamptz) * 1000)::bigint AS number,
                 v."visitedAt"::timestamptz AS at
          FROM source.RoomVisit v JOIN source.RoomVisitItem i ON i."visitId" = v.id) n
    WHERE n.number > after
$$;
