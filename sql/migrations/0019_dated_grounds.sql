-- The digest of what an alert rests on has each point's day: a visit that is dated back with all else as it was is
-- another ground for both days. That there was no point is a ground too, which late rows change.
ALTER FUNCTION minibar_ml.ground_of(text, jsonb, integer, text, integer, date, date) RENAME TO ground_before;

CREATE FUNCTION minibar_ml.point_digest(
    metric_type text, business_date date, metric_value double precision, context jsonb
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT metric_type || ' ' || CAST(business_date - date '2000-01-01' AS text) || ' ' || CAST(metric_value AS text)
           || ' ' || CAST(context - 'occupancy' AS text)
$$;

CREATE FUNCTION minibar_ml.ground_of(
    of_metric text, also jsonb, of_hotel integer, of_type text, of_entity integer, since_on date, until_on date
) RETURNS TABLE (ground text) LANGUAGE sql STABLE AS $$
    SELECT md5(coalesce(string_agg(
        minibar_ml.point_digest(p.metric_type, p.business_date, p.metric_value, p.context), E'\n'
        ORDER BY p.metric_type, p.hotel_id, p.observed_at), ''))
    FROM (
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.business_date, m.metric_value, m.context
        FROM minibar_ml.ml_metrics m
        WHERE also IS NULL AND of_hotel <> 0 AND m.metric_type = of_metric AND m.hotel_id = of_hotel
          AND m.entity_type = of_type AND m.entity_id = of_entity
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
        UNION ALL
        SELECT m.metric_type, m.hotel_id, m.observed_at, m.business_date, m.metric_value, m.context
        FROM minibar_ml.ml_metrics m
        WHERE NOT (also IS NULL AND of_hotel <> 0) AND m.entity_type = of_type AND m.entity_id = of_entity
          AND (m.hotel_id = of_hotel OR of_hotel = 0)
          AND m.observed_at >= since_on - 1 AND m.observed_at < until_on + 2
          AND m.business_date BETWEEN since_on AND until_on
          AND (m.metric_type = of_metric OR jsonb_exists(also, m.metric_type))
    ) p
$$;

-- Grounds that are as they were get the new digest; those that have changed keep one that fits nothing, so that the next
-- run looks at them again.
UPDATE minibar_ml.ml_alert_days d SET ground = k.ground
FROM (
    SELECT d.alert_id, d.occurred_on, n.ground
    FROM minibar_ml.ml_alert_days d JOIN minibar_ml.ml_alerts a ON a.id = d.alert_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.type IN ('stock_anomaly', 'shrinkage') THEN jsonb '["product_consumption"]' END AS metrics) also
    CROSS JOIN LATERAL minibar_ml.ground_before(
        a.metric, also.metrics, a.hotel_id, a.entity_type, a.entity_id, d.since_on, d.judged_on) b
    CROSS JOIN LATERAL minibar_ml.ground_of(
        a.metric, also.metrics, a.hotel_id, a.entity_type, a.entity_id, d.since_on, d.judged_on) n
    WHERE minibar_ml.is_live(a.status) AND d.ground = b.ground) k
WHERE (d.alert_id, d.occurred_on) = (k.alert_id, k.occurred_on);

-- Only what does not last has days: one without a ground was found where there was no point.
UPDATE minibar_ml.ml_alert_days SET ground = md5('') WHERE ground IS NULL;

UPDATE minibar_ml.ml_muted_findings f SET ground = k.ground
FROM (
    SELECT DISTINCT f.type, f.hotel_id, f.entity_type, f.entity_id, f.metric, f.since_on, f.judged_on,
           b.ground AS before, n.ground
    FROM minibar_ml.ml_muted_findings f
    CROSS JOIN LATERAL (
        SELECT CASE WHEN f.type IN ('stock_anomaly', 'shrinkage') THEN jsonb '["product_consumption"]' END AS metrics) also
    CROSS JOIN LATERAL minibar_ml.ground_before(
        f.metric, also.metrics, f.hotel_id, f.entity_type, f.entity_id, f.since_on, f.judged_on) b
    CROSS JOIN LATERAL minibar_ml.ground_of(
        f.metric, also.metrics, f.hotel_id, f.entity_type, f.entity_id, f.since_on, f.judged_on) n
    WHERE f.ground = b.ground) k
WHERE (f.type, f.hotel_id, f.entity_type, f.entity_id, f.metric, f.since_on, f.judged_on, f.ground)
      = (k.type, k.hotel_id, k.entity_type, k.entity_id, k.metric, k.since_on, k.judged_on, k.before);

DROP FUNCTION minibar_ml.ground_before(text, jsonb, integer, text, integer, date, date);
DROP FUNCTION minibar_ml.point_digest(text, double precision, jsonb);
