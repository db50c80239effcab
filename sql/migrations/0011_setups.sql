-- What belongs in a room, as far as it was known when; and that consumption may be found in one vacant room twice.

-- Setups have no history in the source. This is what they held when they were last read.
CREATE TABLE minibar_ml.ml_setups (
    hotel_id integer NOT NULL,
    room_type text NOT NULL,
    product_id integer NOT NULL,
    units numeric NOT NULL,
    PRIMARY KEY (hotel_id, room_type, product_id)
);
COMMENT ON TABLE minibar_ml.ml_setups IS 'Units of each product that belonged in rooms of a type when that was last read.';
COMMENT ON COLUMN minibar_ml.ml_setups.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_setups.room_type IS 'The type of the rooms.';
COMMENT ON COLUMN minibar_ml.ml_setups.product_id IS 'The product''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_setups.units IS 'Units in a room.';

-- A raised setup is filled up at the next check of each room: nobody consumed what was put in. Rows are only added.
CREATE TABLE minibar_ml.ml_setup_rises (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotel_id integer NOT NULL,
    room_type text,
    product_id integer NOT NULL,
    units numeric NOT NULL CHECK (units > 0),
    since_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at >= since_at),
    seen_in text NOT NULL CHECK (seen_in IN ('setups', 'rooms'))
);
CREATE INDEX ml_setup_rises_since ON minibar_ml.ml_setup_rises (since_at);
COMMENT ON TABLE minibar_ml.ml_setup_rises IS
    'Since when rooms of a type get more of a product: what is put in for that was not consumed.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.id IS 'Number of the row.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.room_type IS 'The type of the rooms; null: rooms without one.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.product_id IS 'The product''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.units IS 'Units more in each room.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.since_at IS 'The setup was still the former one at this instant.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.until_at IS 'By this instant it was raised.';
COMMENT ON COLUMN minibar_ml.ml_setup_rises.seen_in IS
    'setups: the application''s own tables; rooms: nearly all of them were filled by so many units on one day.';

ALTER TABLE minibar_ml.ml_setups ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_setups USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_setups FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[])));
ALTER TABLE minibar_ml.ml_setup_rises ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_setup_rises USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_setup_rises FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[])));

ALTER TABLE minibar_ml.ml_alert_events DROP CONSTRAINT ml_alert_events_event_check,
    ADD CONSTRAINT ml_alert_events_event_check CHECK (event IN (
        'opened', 'escalated', 'recurred', 'corrected', 'acknowledged', 'snoozed', 'unsnoozed', 'resolved',
        'false_positive', 'reopened', 'muted', 'unmuted'));

-- As before, and when units were missing from a vacant room once more.
CREATE OR REPLACE FUNCTION minibar_ml.record_changed_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_person boolean := minibar_ml.is_person(session_user);
BEGIN
    WITH happened AS (
        SELECT n.id, e.place, e.event, n.severity, n.value,
               CASE WHEN e.event = 'resolved' AND n.resolved_by = 'system' THEN n.end_reason END AS reason,
               -- The system never takes a verdict back: whoever did is the one that is logged in.
               coalesce(nullif(nullif(e.by, 'system'), ''),
                        CASE WHEN is_person OR e.event = 'reopened' THEN session_user END) AS by,
               e.action,
               minibar_ml.verdict(o.status, o.read_at, o.read_by, o.resolved_at, o.resolved_by, o.snoozed_until,
                                    o.snoozed_by) AS before,
               minibar_ml.verdict(n.status, n.read_at, n.read_by, n.resolved_at, n.resolved_by, n.snoozed_until,
                                    n.snoozed_by) AS after
        FROM after_rows n JOIN before_rows o USING (id)
        CROSS JOIN LATERAL (VALUES
            (1, 'muted', o.muted_by IS NULL AND n.muted_by IS NOT NULL, NULL,
                         CASE WHEN is_person THEN 'alert.mute' END),
            (2, 'unmuted', o.muted_by IS NOT NULL AND n.muted_by IS NULL
                           AND minibar_ml.is_live(n.status), NULL,
                           CASE WHEN is_person THEN 'alert.unmute' END),
            (3, 'escalated', n.severity > o.severity, NULL, NULL),
            (4, 'corrected', n.corrected_at IS DISTINCT FROM o.corrected_at AND n.corrected_at IS NOT NULL,
                             NULL, NULL),
            -- Of the types whose days are each a fault of its own (AlertKind.is_repeatable).
            (5, 'recurred', n.type = 'vacant_consumption' AND n.last_occurred_on > o.last_occurred_on
                            AND minibar_ml.is_live(n.status), NULL, NULL),
            (6, 'acknowledged', n.status = 'acknowledged' AND o.status <> 'acknowledged', n.read_by, 'alert.read'),
            (7, 'snoozed', n.status = 'snoozed' AND n.snoozed_until IS DISTINCT FROM o.snoozed_until, n.snoozed_by,
                           'alert.snooze'),
            (8, 'unsnoozed', o.status = 'snoozed' AND n.status = 'open',
                             current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (9, 'reopened', o.status IN ('resolved', 'false_positive', 'acknowledged') AND n.status = 'open',
                            current_setting('minibar_ml.operator', true), 'alert.reopen'),
            (10, 'resolved', n.status = 'resolved' AND o.status <> 'resolved', n.resolved_by, 'alert.resolve'),
            (11, 'false_positive', n.status = 'false_positive' AND o.status <> 'false_positive', n.resolved_by,
                                  'alert.false_positive')
        ) AS e (place, event, happened, by, action)
        WHERE e.happened
    ), written AS (
        INSERT INTO minibar_ml.ml_alert_events (alert_id, event, severity, by, value, reason)
        SELECT id, event, severity, by, value, reason FROM happened ORDER BY id, place
    )
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    SELECT minibar_ml.os_user(), by, action, 'alert ' || id,
           before,
           after || CASE WHEN event = 'snoozed'
                       THEN jsonb_build_object('reason', nullif(current_setting('minibar_ml.reason', true), ''))
                       ELSE '{}' END
    FROM happened WHERE action IS NOT NULL AND by IS NOT NULL
    ORDER BY id, place;
    RETURN NULL;
END
$$;
