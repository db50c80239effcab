-- The store: metric points, models, alerts, trainings, job runs, audit log.
-- Run by `minibar-ml db upgrade`, or by hand inside one transaction.

CREATE SCHEMA IF NOT EXISTS minibar_ml;

CREATE TYPE minibar_ml.severity AS ENUM ('low', 'medium', 'high', 'critical');

CREATE TABLE minibar_ml.ml_source_contract (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    layout text NOT NULL,
    checksum text NOT NULL,
    absent text[] NOT NULL DEFAULT '{}',
    schemas jsonb NOT NULL,
    installed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE minibar_ml.ml_watermarks (
    source_table text PRIMARY KEY,
    last_id bigint NOT NULL
);

CREATE TABLE minibar_ml.ml_metrics (
    metric_type text NOT NULL CHECK (metric_type IN (
        'stock_level', 'stock_outflow', 'product_consumption', 'room_consumption', 'vacant_consumption',
        'refill_duration', 'request_response', 'custody_loss', 'occupancy', 'stock_days_left')),
    hotel_id integer NOT NULL,
    entity_type text NOT NULL CHECK (entity_type IN ('room', 'product', 'attendant', 'hotel')),
    entity_id integer NOT NULL,
    metric_value double precision NOT NULL CHECK (metric_value > '-Infinity' AND metric_value < 'Infinity'),
    observed_at timestamptz NOT NULL,
    business_date date NOT NULL,
    context jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (metric_type, hotel_id, entity_type, entity_id, observed_at)
) PARTITION BY RANGE (observed_at);
CREATE INDEX ml_metrics_type_time ON minibar_ml.ml_metrics (metric_type, observed_at);
CREATE INDEX ml_metrics_entity ON minibar_ml.ml_metrics (entity_type, entity_id, observed_at);

-- Makes the monthly partitions from the month of `since` to two months after `until`, as the owner would. Months are
-- UTC months. Returns how many it made. Jobs call it ahead of need; making none is the usual case and costs a catalogue
-- look. Policies of a partitioned table do not hold for who asks a partition itself: each has row-level security of its
-- own and no policy, so that it shows nothing.
CREATE FUNCTION minibar_ml.ensure_partitions(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month_start timestamp := date_trunc('month', since AT TIME ZONE 'UTC');
    partition_name text;
    made integer := 0;
BEGIN
    WHILE month_start <= (until AT TIME ZONE 'UTC') + interval '2 months' LOOP
        partition_name := 'ml_metrics_' || to_char(month_start, 'YYYY_MM');
        IF to_regclass('minibar_ml.' || partition_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE minibar_ml.%I PARTITION OF minibar_ml.ml_metrics FOR VALUES FROM (%L) TO (%L)',
                partition_name,
                month_start AT TIME ZONE 'UTC',
                (month_start + interval '1 month') AT TIME ZONE 'UTC');
            EXECUTE format('ALTER TABLE minibar_ml.%I ENABLE ROW LEVEL SECURITY', partition_name);
            made := made + 1;
        END IF;
        month_start := month_start + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;
-- Only who may add points has use for a partition: anybody else could fill the catalogue with months.
REVOKE EXECUTE ON FUNCTION minibar_ml.ensure_partitions(timestamptz, timestamptz) FROM PUBLIC;

-- Our own record of nights: what was known of a room's night, and when. The hotel's lists are overwritten; this is not.
-- One row for each time that something else was known of a night, in order of id. A night that was once known as
-- occupied may become unknown, never vacant: where no row says so, nothing is known to have been there.
CREATE TABLE minibar_ml.ml_nights (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotel_id integer NOT NULL,
    room_id integer NOT NULL,
    night date NOT NULL,
    state text NOT NULL CHECK (state IN ('occupied', 'unknown')),
    guests integer CHECK (guests > 0),
    stay_id integer,
    arrives_on date,
    arrives_at timestamptz,
    departs_on date,
    departs_at timestamptz,
    is_expected boolean NOT NULL,
    known_at timestamptz NOT NULL
);
CREATE INDEX ml_nights_night ON minibar_ml.ml_nights (night, room_id, id);

-- What would show a thief how much goes unnoticed is sealed with the model (thresholds, the alert budget, the sizes
-- from which on a fault is found) and can't be written in the clear.
CREATE TABLE minibar_ml.ml_models (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_type text NOT NULL CHECK (model_type IN ('statistics', 'isolation_forest')),
    metric_type text NOT NULL,
    hotel_id integer NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    model_data bytea NOT NULL,
    parameters jsonb NOT NULL DEFAULT '{}',
    data_points integer NOT NULL CHECK (data_points >= 0),
    trained_at timestamptz NOT NULL,
    accuracy double precision CHECK (accuracy BETWEEN 0 AND 1),
    precision double precision CHECK (precision BETWEEN 0 AND 1),
    recall double precision CHECK (recall BETWEEN 0 AND 1),
    evaluated_on text,
    is_active boolean NOT NULL DEFAULT false,
    UNIQUE (model_type, metric_type, hotel_id, version),
    CONSTRAINT ml_models_parameters_harmless CHECK (parameters - ARRAY['since', 'until'] = '{}'),
    -- Deferrable, as no unique index can be, so that it holds after a statement and not after each of its rows: then
    -- one UPDATE can retire a model and activate another.
    CONSTRAINT ml_models_one_active EXCLUDE (model_type WITH =, metric_type WITH =, hotel_id WITH =) WHERE (is_active)
        DEFERRABLE
);

CREATE TABLE minibar_ml.ml_training_logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    metric_type text NOT NULL,
    hotel_id integer NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    data_points integer NOT NULL CHECK (data_points >= 0),
    success boolean NOT NULL,
    error text,
    metrics jsonb NOT NULL DEFAULT '{}',
    CHECK (success OR error IS NOT NULL),
    CONSTRAINT ml_training_logs_metrics_harmless
        CHECK (metrics - ARRAY['faults', 'judged', 'recall', 'precision', 'accuracy', 'margin'] = '{}')
);
CREATE INDEX ml_training_logs_time ON minibar_ml.ml_training_logs (started_at DESC);

CREATE TABLE minibar_ml.ml_alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    type text NOT NULL CHECK (type IN (
        'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
        'refill_delay', 'unanswered_request', 'custody_loss', 'model_fallback', 'data_stale')),
    severity minibar_ml.severity NOT NULL,
    status text NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'acknowledged', 'snoozed', 'resolved', 'false_positive')),
    hotel_id integer NOT NULL,
    entity_type text NOT NULL CHECK (entity_type IN ('room', 'product', 'attendant', 'hotel')),
    entity_id integer NOT NULL,
    entity_name text NOT NULL,
    metric text NOT NULL,
    value double precision NOT NULL,
    expected double precision,
    lower double precision,
    upper double precision,
    deviation_percent double precision,
    score double precision,
    detector text NOT NULL,
    impact numeric(14, 2),
    reason text NOT NULL,
    facts jsonb NOT NULL DEFAULT '{}',
    message text NOT NULL,
    suggested_action text NOT NULL,
    occurred_on date NOT NULL,
    last_occurred_on date NOT NULL,
    measured_on date NOT NULL,
    raised_at timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    occurrences integer NOT NULL DEFAULT 1 CHECK (occurrences > 0),
    read_at timestamptz,
    read_by text,
    resolved_at timestamptz,
    resolved_by text,
    snoozed_until timestamptz,
    snoozed_by text,
    previous_id bigint REFERENCES minibar_ml.ml_alerts (id),
    muted_by bigint REFERENCES minibar_ml.ml_alerts (id),
    CHECK (last_occurred_on >= occurred_on),
    CHECK (status NOT IN ('resolved', 'false_positive') OR resolved_at IS NOT NULL),
    CONSTRAINT ml_alerts_snoozed_check CHECK ((status = 'snoozed') = (snoozed_until IS NOT NULL))
);
CREATE UNIQUE INDEX ml_alerts_one_live ON minibar_ml.ml_alerts (type, hotel_id, entity_type, entity_id)
    WHERE status IN ('open', 'acknowledged', 'snoozed');
CREATE INDEX ml_alerts_fingerprint ON minibar_ml.ml_alerts (
    type, hotel_id, entity_type, entity_id, last_occurred_on);
CREATE INDEX ml_alerts_muted ON minibar_ml.ml_alerts (muted_by) WHERE muted_by IS NOT NULL;
CREATE INDEX ml_alerts_severity_status ON minibar_ml.ml_alerts (severity, status);
CREATE INDEX ml_alerts_status_time ON minibar_ml.ml_alerts (status, raised_at DESC);
CREATE INDEX ml_alerts_time ON minibar_ml.ml_alerts (raised_at DESC);
CREATE INDEX ml_alerts_entity ON minibar_ml.ml_alerts (entity_type, entity_id, raised_at DESC);

-- Whether an alert of this status is live. A function, which PostgreSQL inlines, so that indexes serve it: up to
-- PostgreSQL 14 a view would show everybody what its owner sees.
CREATE FUNCTION minibar_ml.is_live(status text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT status IN ('open', 'acknowledged', 'snoozed')
$$;

-- Whether an alert, as it is now, was live and not snoozed at an earlier instant: what is closed now was not yet then.
CREATE FUNCTION minibar_ml.was_live(
    status text, snoozed_until timestamptz, resolved_at timestamptz, instant timestamptz
) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT status IN ('open', 'acknowledged') OR (status = 'snoozed' AND snoozed_until <= instant)
        OR resolved_at > instant
$$;

-- Text as it is compared: small letters, and one i for the four that Turkish and English write, in any locale.
CREATE FUNCTION minibar_ml.folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(translate(words, U&'I\0130\0131\015E\011E\00DC\00D6\00C7\00C2\00CE\00DB\0307',
                                  U&'iii\015F\011F\00FC\00F6\00E7\00E2\00EE\00FB'))
$$;

CREATE TABLE minibar_ml.ml_alert_comments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES minibar_ml.ml_alerts (id),
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    by text NOT NULL,
    body text NOT NULL CHECK (body <> '')
);
CREATE INDEX ml_alert_comments_alert ON minibar_ml.ml_alert_comments (alert_id, at);

CREATE TABLE minibar_ml.ml_alert_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES minibar_ml.ml_alerts (id),
    event text NOT NULL CHECK (event IN (
        'opened', 'escalated', 'acknowledged', 'snoozed', 'unsnoozed', 'resolved', 'false_positive', 'reopened',
        'muted', 'unmuted')),
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    severity minibar_ml.severity NOT NULL,
    by text,
    considered_at timestamptz
);
CREATE INDEX ml_alert_events_alert ON minibar_ml.ml_alert_events (alert_id, id);
CREATE INDEX ml_alert_events_new ON minibar_ml.ml_alert_events (id) WHERE considered_at IS NULL;

-- The month's report and the dashboard are jobs of their own: each has its lock and its schedule, and one that runs
-- every hour must not hide that another has not run for a week.
CREATE TABLE minibar_ml.ml_job_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text NOT NULL CHECK (job IN ('collect', 'train', 'detect', 'notify', 'report', 'monthly', 'dashboard')),
    as_of timestamptz NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'done', 'partly', 'failed')),
    counts jsonb NOT NULL DEFAULT '{}',
    error text
);
CREATE INDEX ml_job_runs_job_time ON minibar_ml.ml_job_runs (job, started_at DESC);

CREATE TABLE minibar_ml.ml_changed_days (
    run_id bigint NOT NULL REFERENCES minibar_ml.ml_job_runs (id) ON DELETE CASCADE,
    business_date date NOT NULL,
    PRIMARY KEY (run_id, business_date)
);

-- The audit log is a chain: each entry's hash covers the entry and the hash before it. Whoever changes, removes or puts
-- in an entry has to change all later hashes too, and the last one may be on record elsewhere.
CREATE TABLE minibar_ml.ml_audit_log (
    id bigint PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    database_role text NOT NULL DEFAULT current_user,
    os_user text NOT NULL,
    operator text,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb,
    hash bytea NOT NULL
);
CREATE INDEX ml_audit_log_time ON minibar_ml.ml_audit_log (at DESC);
CREATE INDEX ml_audit_log_action ON minibar_ml.ml_audit_log (action, id DESC);

CREATE TABLE minibar_ml.ml_audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_id bigint NOT NULL,
    hash bytea NOT NULL
);
INSERT INTO minibar_ml.ml_audit_head VALUES (true, 0, '');
