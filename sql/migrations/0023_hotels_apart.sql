-- Hotels that a job could not do, while it did the others, stand in its run's counts: what detect says of them is news.

-- Digest of all that a job reads and that others may change: two runs of notify or detect between which it stays the same
-- see the same, as long as the clock makes no difference. Of alerts, when they were last seen is left out, which every run
-- of detect moves; of the jobs' own records, what they only keep count by.
CREATE OR REPLACE FUNCTION minibar_ml.seen_by(job text, functions text[], since date, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parts text[];
BEGIN
    parts := ARRAY[
        -- Who asks, by which rights, of which schema, with which settings.
        CAST(current_user AS text), CAST(minibar_ml.sees_everything() AS text),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', m.version, m.checksum), 0)))
         FROM minibar_ml.ml_schema_migrations m),
        CAST(minibar_ml.noted_settings() AS text),
        (SELECT CAST(max(f.id) AS text) FROM minibar_ml.ml_facts f),
        -- Which of the source's tables and columns are there and may be read.
        (SELECT md5(CAST(c AS text)) FROM minibar_ml.ml_source_contract c),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', n.nspname, c.relname, c.relkind, a.attname,
                    a.atttypid, has_schema_privilege(n.oid, 'USAGE'), has_column_privilege(c.oid, a.attnum, 'SELECT')), 0)))
         FROM minibar_ml.ml_source_contract s CROSS JOIN LATERAL jsonb_each_text(s.schemas) t (name, schema)
         JOIN pg_namespace n ON n.nspname = t.schema
         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(p AS text), 0))) FROM minibar_ml.ml_people p),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', c.id, c.person_id, c.kind, c.shown), 0)))
         FROM minibar_ml.ml_channels c),
        minibar_ml.seen_in_source(functions, since, at)];
    IF job = 'notify' THEN
        RETURN md5(array_to_string(parts, E'\n', '-'));
    END IF;
    RETURN md5(array_to_string(parts || ARRAY[
        -- Points: only collect and train write any.
        (SELECT CAST(r.id AS text) FROM minibar_ml.ml_job_runs r
         WHERE r.job = 'collect' AND r.outcome IN ('done', 'partly')
           AND NOT r.counts @> '{"inserted": 0, "updated": 0, "removed": 0}'
         ORDER BY r.id DESC LIMIT 1),
        -- Hotels that collect could not do are an alert.
        (SELECT concat_ws('|', r.counts -> 'failed_hotels', r.counts -> 'only_hotels') FROM minibar_ml.ml_job_runs r
         WHERE r.job = 'collect' AND r.outcome IN ('done', 'partly') ORDER BY r.id DESC LIMIT 1),
        (SELECT CAST(r.id AS text) FROM minibar_ml.ml_job_runs r
         WHERE r.job = 'train' AND r.outcome IN ('done', 'partly') ORDER BY r.id DESC LIMIT 1),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(s AS text), 0))) FROM minibar_ml.ml_setup_rises s),
        -- Jobs that go by a cron expression, and what is refused.
        (SELECT string_agg(concat_ws('|', j.name, g.as_of), ' ' ORDER BY j.name)
         FROM unnest('{train,report,monthly,dashboard}'::text[]) AS j (name)
         CROSS JOIN LATERAL (SELECT max(r.as_of) AS as_of FROM minibar_ml.ml_job_runs r
                             WHERE r.job = j.name AND r.outcome IN ('done', 'partly')) g),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', p.day, p.source, p.problem, p.affected,
                    p.example_id, p.is_of_new_rows, p.first_on), 0)))
         FROM minibar_ml.ml_source_problems p),
        -- A model's row that is written again, with whatever bytes, is another version of the row.
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', m.id, m.xmin, m.is_active), 0)))
         FROM minibar_ml.ml_models m),
        (SELECT string_agg(DISTINCT concat_ws('|', t.model, t.metric_type, t.hotel_id), ' ')
         FROM minibar_ml.ml_training_logs t
         WHERE t.success AND t.started_at > now() - interval '60 days' AND NOT EXISTS (
             SELECT FROM minibar_ml.ml_models m
             WHERE (m.model_type, m.metric_type, m.hotel_id) = (t.model, t.metric_type, t.hotel_id) AND m.is_active)),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(m AS text), 0))) FROM minibar_ml.ml_mutes m),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(to_jsonb(k) - 'last_seen' AS text), 0)))
         FROM minibar_ml.ml_muted_findings k),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(CAST(to_jsonb(a) - 'last_seen' AS text), 0)))
         FROM minibar_ml.ml_alerts a WHERE minibar_ml.is_live(a.status)),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', a.id, a.status, a.type, a.hotel_id,
                    a.entity_type, a.entity_id, a.occurred_on, a.last_occurred_on, a.measured_on, a.value, a.score,
                    a.resolved_at, a.resolved_by, a.end_reason, a.mute_id, a.incident_id, a.is_counted, a.impact), 0)))
         FROM minibar_ml.ml_alerts a WHERE NOT minibar_ml.is_live(a.status)),
        (SELECT minibar_ml.figure(count(*), sum(hashtextextended(concat_ws('|', d.alert_id, d.occurred_on, d.since_on,
                    d.judged_on, d.severity, d.value, d.score, md5(CAST(d.figures AS text)), d.ground), 0)))
         FROM minibar_ml.ml_alerts a JOIN minibar_ml.ml_alert_days d ON d.alert_id = a.id
         WHERE minibar_ml.is_live(a.status))], E'\n', '-'));
END
$$;
