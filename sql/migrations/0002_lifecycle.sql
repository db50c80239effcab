-- An alert's whole life: snoozed, muted by another, linked to the episode before, commented; and each step on record.

ALTER TABLE minibar_ml.ml_alerts
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN snoozed_by text,
    ADD COLUMN previous_id bigint REFERENCES minibar_ml.ml_alerts (id),
    ADD COLUMN muted_by bigint REFERENCES minibar_ml.ml_alerts (id),
    DROP CONSTRAINT ml_alerts_status_check,
    ADD CONSTRAINT ml_alerts_status_check
        CHECK (status IN ('open', 'acknowledged', 'snoozed', 'resolved', 'false_positive')),
    ADD CONSTRAINT ml_alerts_snoozed_check CHECK ((status = 'snoozed') = (snoozed_until IS NOT NULL));

-- A snoozed alert is live too.
DROP INDEX minibar_ml.ml_alerts_one_live;
CREATE UNIQUE INDEX ml_alerts_one_live ON minibar_ml.ml_alerts (type, hotel_id, entity_type, entity_id)
    WHERE status IN ('open', 'acknowledged', 'snoozed');
CREATE INDEX ml_alerts_fingerprint ON minibar_ml.ml_alerts (
    type, hotel_id, entity_type, entity_id, last_occurred_on);
CREATE INDEX ml_alerts_muted ON minibar_ml.ml_alerts (muted_by) WHERE muted_by IS NOT NULL;

-- Text as it is compared: small letters, and one i for the four that Turkish and English write, in any locale.
CREATE FUNCTION minibar_ml.folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
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

-- What happened to each alert, in order. Triggers write it, so that no way of changing an alert can forget to;
-- whoever announces alerts reads from here. `by` is null where the system did it; who reopens an alert leaves no name
-- in its row, and gives it as the transaction's setting minibar_ml.operator.
CREATE TABLE minibar_ml.ml_alert_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES minibar_ml.ml_alerts (id),
    event text NOT NULL CHECK (event IN (
        'opened', 'escalated', 'acknowledged', 'snoozed', 'unsnoozed', 'resolved', 'false_positive', 'reopened',
        'muted', 'unmuted')),
    at timestamptz NOT NULL DEFAULT statement_timestamp(),
    severity text NOT NULL,
    by text
);
CREATE INDEX ml_alert_events_alert ON minibar_ml.ml_alert_events (alert_id, id);

CREATE FUNCTION minibar_ml.record_opened_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity)
    SELECT id, 'opened', severity FROM after_rows ORDER BY id;
    RETURN NULL;
END
$$;

CREATE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by)
    SELECT n.id, e.event, n.severity, nullif(nullif(e.by, 'system'), '')
    FROM after_rows n JOIN before_rows o USING (id)
    CROSS JOIN LATERAL (VALUES
        (1, 'muted', o.muted_by IS NULL AND n.muted_by IS NOT NULL, NULL),
        (2, 'unmuted', o.muted_by IS NOT NULL AND n.muted_by IS NULL
                       AND n.status IN ('open', 'acknowledged', 'snoozed'), NULL),
        (3, 'escalated', array_position(ARRAY['low', 'medium', 'high', 'critical'], n.severity)
                       > array_position(ARRAY['low', 'medium', 'high', 'critical'], o.severity), NULL),
        (4, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by),
        (5, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by),
        (6, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open', current_setting('minibar_ml.operator', true)),
        (7, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open',
                        current_setting('minibar_ml.operator', true)),
        (8, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by),
        (9, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by)
    ) AS e (place, event, happened, by)
    WHERE e.happened
    ORDER BY n.id, e.place;
    RETURN NULL;
END
$$;

CREATE TRIGGER ml_alerts_opened AFTER INSERT ON minibar_ml.ml_alerts
    REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_opened_alerts();
CREATE TRIGGER ml_alerts_changed AFTER UPDATE ON minibar_ml.ml_alerts
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_changed_alerts();
