-- Whoever asks for digests of grounds knows the instant before which none of them lies. As a constant it spares the planner
-- the partitions of all earlier months: three years of them took longer than all digests of a run.
DROP FUNCTION minibar_ml.ground_of(text, jsonb, integer, text, integer, date, date);

CREATE FUNCTION minibar_ml.ground_of(
    of_metric text, also jsonb, of_hotel integer, of_type text, of_entity integer, since_on date, until_on date,
    not_before timestamptz DEFAULT '-infinity'
) RETURNS TABLE (ground text) LANGUAGE sql STABLE AS $$
    SELECT md5(coalesce(string_agg(
        minibar_ml.point_digest(p.metric_type, p.business_date, p.metric_value, p.context), E'\n'
        ORDER BY p.metric_type, p.hotel_id, p.observed_at), ''))
    FROM (
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.business_date, m.metric_value, m.context
        FROM minibar_ml.ml_metrics m
        WHERE also IS NULL AND of_hotel <> 0 AND m.metric_type = of_metric AND m.hotel_id = of_hotel
          AND m.entity_type = of_type AND m.entity_id = of_entity AND m.observed_at >= not_before
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
        UNION ALL
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.business_date, m.metric_value, m.context
        FROM minibar_ml.ml_metrics m
        WHERE NOT (also IS NULL AND of_hotel <> 0) AND m.entity_type = of_type AND m.entity_id = of_entity
          AND (m.hotel_id = of_hotel OR of_hotel = 0) AND m.observed_at >= not_before
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
          AND (m.metric_type = of_metric OR jsonb_exists(also, m.metric_type))
    ) p
$$;
