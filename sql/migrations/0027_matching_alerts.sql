-- The alerts that match a list's filter; an argument that is null asks for nothing. Without a path of its own it becomes
-- part of the query that calls it: indexes serve, and a backtest finds its own alerts, whose table stands in front.
CREATE FUNCTION minibar_ml.matching_alerts(
    statuses text[], severities minibar_ml.severity[], types text[], hotel_ids integer[], since timestamptz,
    until timestamptz, of_entity_type text, of_entity_id bigint, named text, rooms integer[], words text, muted boolean)
RETURNS SETOF minibar_ml.ml_alerts LANGUAGE sql STABLE AS $$
    SELECT a.* FROM ml_alerts a
    WHERE (statuses IS NULL OR a.status = ANY(statuses))
      AND (severities IS NULL OR a.severity = ANY(severities))
      AND (types IS NULL OR a.type = ANY(types))
      AND (hotel_ids IS NULL OR a.hotel_id = ANY(hotel_ids))
      AND (since IS NULL OR a.raised_at >= since)
      AND (until IS NULL OR a.raised_at < until)
      AND (of_entity_type IS NULL OR a.entity_type = of_entity_type)
      AND (of_entity_id IS NULL OR a.entity_id = of_entity_id)
      AND (named IS NULL OR position(minibar_ml.folded(named) IN minibar_ml.folded(a.entity_name)) > 0)
      AND (rooms IS NULL OR (a.entity_type = 'room' AND a.entity_id = ANY(rooms)))
      AND (words IS NULL
           OR position(minibar_ml.folded(words) IN minibar_ml.folded(concat_ws(E'\n', a.entity_name, a.message))) > 0
           OR EXISTS (SELECT FROM minibar_ml.ml_alert_comments c WHERE c.alert_id = a.id
                      AND position(minibar_ml.folded(words) IN minibar_ml.folded(c.body)) > 0))
      AND (muted IS NULL OR (a.muted_by IS NOT NULL) = muted)
$$;
