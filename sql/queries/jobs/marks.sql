-- What the last full run of a job went by, and whether it still holds: then a run has nothing to do.

-- name: find_seen
-- Digest of what a job reads and others may change; of collect none where there is something new.
SELECT CASE :job WHEN 'collect' THEN seen_by_collect(CAST(:functions AS text[]), CAST(:since AS date), CAST(:as_of AS timestamptz))
       ELSE seen_by(:job, CAST(:functions AS text[]), CAST(:since AS date), CAST(:as_of AS timestamptz)) END AS seen

-- name: upsert
-- Keeps what a full run went by, where nothing that it read has changed since :seen, by itself or by others: what it did
-- not change another run would not. (What a run of collect sees is dearer to ask for, and it changes next to nothing of it:
-- the next run finds out.) The clock alone changes something when the day ends, a snooze or a mute ends or begins,
-- a fact or a model comes into force, or a guest's request has waited too long or ends; :until: what else it changes.
-- No row where a job has gone by a later instant: its points are still to come.
INSERT INTO ml_run_marks AS m (job, run_id, as_of, until, zone, functions, since, basis, seen, has_compared, terms)
SELECT :job, :run_id, :as_of, u.until, current_setting('TimeZone'), CAST(:functions AS text[]), CAST(:since AS date), :basis,
       :seen, :has_compared, CAST(:terms AS jsonb)
FROM (
    SELECT min(edge) AS until FROM (
        SELECT CAST(:until AS timestamptz)
        UNION ALL SELECT CAST(CAST(CAST(:as_of AS timestamptz) AS date) + 1 AS timestamptz)
        UNION ALL SELECT since FROM ml_facts WHERE since > :as_of
        UNION ALL SELECT snoozed_until FROM ml_alerts WHERE status = 'snoozed' AND snoozed_until > :as_of
        UNION ALL SELECT e.edge FROM ml_mutes CROSS JOIN LATERAL (VALUES (since), (until), (ended_at)) e (edge) WHERE e.edge > :as_of
        UNION ALL SELECT trained_at FROM ml_models WHERE trained_at > :as_of
        -- An open request that has waited for too long waits longer in each run.
        UNION ALL SELECT CASE
            WHEN q.observed_at > :as_of THEN q.observed_at
            WHEN q.observed_at + w.patience <= :as_of THEN :as_of
            ELSE least(q.observed_at + w.patience, w.ends_at) END
        FROM ml_metrics q CROSS JOIN LATERAL (
            SELECT CAST(:patience_minutes AS double precision) * interval '1 minute' AS patience,
                   CASE WHEN CAST(q.context ->> 'open' AS boolean) IS NOT TRUE AND q.metric_value < 1e9
                        THEN q.observed_at + q.metric_value * interval '1 minute' END AS ends_at) w
        WHERE :job = 'detect' AND q.metric_type = 'request_response' AND q.observed_at >= CAST(:since AS date)
          AND coalesce(w.ends_at > :as_of, true)
    ) edges (edge)
) u
WHERE u.until > :as_of
  -- What a job that is late has raised ends once it is not.
  AND NOT EXISTS (
      SELECT FROM jsonb_each_text(CAST(:terms AS jsonb) -> 'late_after') l (job, seconds) CROSS JOIN LATERAL (
          SELECT coalesce((SELECT r.as_of FROM ml_job_runs r WHERE r.job = l.job AND r.outcome IN ('done', 'partly')
                             AND NOT jsonb_exists(r.counts, 'only_hotels')
                           ORDER BY r.started_at DESC LIMIT 1),
                          (SELECT min(applied_at) FROM ml_schema_migrations)) AS as_of) g
      WHERE g.as_of + CAST(l.seconds AS integer) * interval '1 second' < :as_of)
  AND (:job = 'collect'
       OR :seen = seen_by(:job, CAST(:functions AS text[]), CAST(:since AS date), CAST(:as_of AS timestamptz)))
  AND NOT EXISTS (
      SELECT FROM unnest('{collect,train,detect,notify}'::text[]) AS j (name) CROSS JOIN LATERAL (
          SELECT r.as_of FROM ml_job_runs r WHERE r.job = j.name AND r.outcome IN ('done', 'partly')
          ORDER BY r.id DESC LIMIT 1) r
      WHERE r.as_of > :as_of)
ON CONFLICT (job) DO UPDATE SET run_id = excluded.run_id, as_of = excluded.as_of, until = excluded.until,
    zone = excluded.zone, functions = excluded.functions, since = excluded.since, basis = excluded.basis,
    seen = excluded.seen, has_compared = excluded.has_compared, terms = excluded.terms

-- name: prepare
-- Gives the transaction what its statements need, and the lock of the job; no row where another run holds it, where this
-- role may not take it, or where no full run has left anything to go by.
SET LOCAL search_path = pg_catalog, minibar_ml, pg_temp;
SET LOCAL lock_timeout = '20s';
SET LOCAL jit = off;
SELECT set_config('TimeZone', m.zone, true) FROM ml_job_locks l JOIN ml_run_marks m ON m.job = l.name
WHERE l.name = :job FOR UPDATE OF l SKIP LOCKED

-- name: record_unchanged
-- Records a run that has nothing to do; no row where something may have changed. The runs after the last full one did
-- nothing either, and none of another job by a later instant; what they notice is compared, the cheapest first. A run of
-- detect that finds the same again sees the same alerts again. lang: of what is said of it; empty where none is stated.
WITH mark AS MATERIALIZED (
    SELECT m.*, r.started_at, r.counts FROM ml_run_marks m JOIN ml_job_runs r ON r.id = m.run_id
    WHERE m.job = :job AND m.basis = :basis AND m.as_of <= :as_of AND m.until > :as_of AND r.outcome = 'done'
      AND m.zone = current_setting('TimeZone')
), held AS MATERIALIZED (
    SELECT m.* FROM mark m
    WHERE (m.job = 'collect' OR NOT EXISTS (SELECT FROM ml_alert_events WHERE considered_at IS NULL))
      AND NOT EXISTS (SELECT FROM ml_job_runs n WHERE n.job = m.job AND n.id > m.run_id AND NOT jsonb_exists(n.counts, 'unchanged'))
      AND NOT EXISTS (
          SELECT FROM unnest('{collect,train,detect,notify}'::text[]) AS j (name) CROSS JOIN LATERAL (
              SELECT r.as_of FROM ml_job_runs r WHERE r.job = j.name AND r.outcome IN ('done', 'partly')
              ORDER BY r.id DESC LIMIT 1) r
          WHERE r.as_of > :as_of)
      -- A collect of a day before has that day checked again; one of today has what alerts rest on compared once more.
      AND (m.job <> 'detect' OR NOT EXISTS (
          SELECT FROM ml_job_runs c
          WHERE c.job = 'collect' AND c.started_at >= m.started_at - interval '1 day' AND c.outcome IN ('done', 'partly')
            AND c.ended_at >= m.started_at
            AND (NOT m.has_compared OR jsonb_exists(c.counts, 'is_afresh')
                 OR CAST(c.as_of AS date) < CAST(m.as_of AS date))))
      -- Entries that wait for the audit log are moved into it as soon as that is free.
      AND (m.job <> 'notify' OR NOT entries_wait())
      -- A job that is late is an alert.
      AND NOT EXISTS (
          SELECT FROM jsonb_each_text(m.terms -> 'late_after') l (job, seconds) CROSS JOIN LATERAL (
              SELECT coalesce((SELECT r.as_of FROM ml_job_runs r WHERE r.job = l.job AND r.outcome IN ('done', 'partly')
                                 AND NOT jsonb_exists(r.counts, 'only_hotels')
                               ORDER BY r.started_at DESC LIMIT 1),
                              (SELECT min(applied_at) FROM ml_schema_migrations)) AS as_of) g
          WHERE g.as_of + CAST(l.seconds AS integer) * interval '1 second' < :as_of)
      -- What notify would skip, bundle or send now; see enqueue_repeats, skip_over, bundle and claim of the outbox.
      AND (m.job <> 'notify' OR NOT EXISTS (
          SELECT FROM ml_outbox o JOIN ml_channels c ON c.id = o.channel_id JOIN ml_people p ON p.id = c.person_id
          LEFT JOIN ml_alerts a ON a.id = o.alert_id LEFT JOIN ml_alert_events e ON e.id = o.event_id
          WHERE o.status = 'waiting' AND (
              (o.kind = 'alert' AND (NOT p.is_active
                  OR CASE WHEN e.event IN ('resolved', 'false_positive') THEN a.status <> e.event
                          ELSE a.muted_by IS NOT NULL OR NOT (a.status = 'open' OR (a.status = 'acknowledged'
                               AND e.event IN ('escalated', 'recurred') AND o.repetition = 0)) END))
              OR (o.next_at <= :as_of AND jsonb_exists(m.terms -> 'kinds', c.kind)
                  AND (o.kind = 'report' OR a.severity = 'critical'
                       OR NOT in_quiet_hours(CAST(:as_of AS timestamptz), p.quiet_from, p.quiet_until)
                       OR EXISTS (SELECT FROM ml_outbox d JOIN ml_alerts b ON b.id = d.alert_id
                                  WHERE d.digest_id = o.id AND b.severity = 'critical'))))))
      AND (m.job <> 'notify' OR NOT EXISTS (
          SELECT FROM (
              SELECT DISTINCT ON (o.channel_id, o.alert_id) o.status,
                     o.ended_at + p.repeat_minutes * interval '1 minute' AS again_at
              FROM ml_people p JOIN ml_channels c ON c.person_id = p.id JOIN ml_outbox o ON o.channel_id = c.id
              JOIN ml_alerts a ON a.id = o.alert_id
              WHERE p.is_active AND p.repeat_minutes IS NOT NULL AND a.status = 'open' AND a.muted_by IS NULL
                AND (a.severity >= p.min_severity OR EXISTS (
                    SELECT FROM ml_alerts i WHERE i.incident_id = a.incident_id AND is_live(i.status)
                       AND i.severity >= p.min_severity AND (p.alert_types IS NULL OR i.type = ANY(p.alert_types))))
              ORDER BY o.channel_id, o.alert_id, o.id DESC) l
          WHERE l.status = 'sent' AND l.again_at <= :as_of))
), unchanged AS MATERIALIZED (
    SELECT h.* FROM held h
    WHERE h.seen = CASE h.job WHEN 'collect' THEN seen_by_collect(h.functions, h.since, CAST(:as_of AS timestamptz))
                   ELSE seen_by(h.job, h.functions, h.since, CAST(:as_of AS timestamptz)) END
), moved AS (
    UPDATE ml_run_marks m SET as_of = :as_of FROM unchanged u WHERE m.job = u.job
), alerts AS (
    UPDATE ml_alerts a SET last_seen = :as_of FROM unchanged u
    WHERE u.job = 'detect' AND is_live(a.status) AND a.last_seen = u.as_of AND u.as_of < :as_of
), muted AS (
    UPDATE ml_muted_findings k SET last_seen = :as_of FROM unchanged u
    WHERE u.job = 'detect' AND k.last_seen = u.as_of AND u.as_of < :as_of
)
INSERT INTO ml_job_runs (job, as_of, started_at, ended_at, outcome, counts)
SELECT job, :as_of, statement_timestamp(), clock_timestamp(), 'done',
       CASE job WHEN 'notify' THEN '{"enqueued": 0}' ELSE counts END || '{"unchanged": true}'
FROM unchanged
RETURNING coalesce((SELECT value FROM ml_facts WHERE fact = 'lang' AND hotel_id IS NULL AND since <= :as_of
                    ORDER BY id DESC LIMIT 1), '') AS lang
