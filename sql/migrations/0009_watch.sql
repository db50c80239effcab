-- Mutes said beforehand, what was found under them, and what the program knows of its own state.

-- A mute: nothing that is found there and then becomes a live alert. It is about a hotel, or rooms or products of it, or
-- some types; `floor` is how the rooms were named. A mute is ended, never changed: what it was is on record.
CREATE TABLE minibar_ml.ml_mutes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hotel_id integer NOT NULL,
    alert_types text[] CHECK (cardinality(alert_types) > 0),
    entity_type text CHECK (entity_type IN ('room', 'product')),
    entity_ids integer[] CHECK (cardinality(entity_ids) > 0),
    floor text,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason <> '' AND length(reason) <= 1000),
    added_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    added_by text NOT NULL CHECK (added_by <> ''),
    ended_at timestamptz,
    ended_by text,
    CHECK (since < until AND until <= since + interval '366 days'),
    CHECK ((entity_type IS NULL) = (entity_ids IS NULL)),
    CHECK (floor IS NULL OR entity_type = 'room'),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX ml_mutes_hotel ON minibar_ml.ml_mutes (hotel_id, until);

-- What was found under a mute: one row for a fault and the day that it began, as it was found last.
CREATE TABLE minibar_ml.ml_muted_findings (
    mute_id bigint NOT NULL REFERENCES minibar_ml.ml_mutes (id),
    type text NOT NULL,
    hotel_id integer NOT NULL,
    entity_type text NOT NULL,
    entity_id integer NOT NULL,
    occurred_on date NOT NULL,
    entity_name text NOT NULL,
    severity minibar_ml.severity NOT NULL,
    value double precision NOT NULL,
    impact numeric(14, 2),
    message text NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (mute_id, type, hotel_id, entity_type, entity_id, occurred_on)
);
CREATE INDEX ml_muted_findings_day ON minibar_ml.ml_muted_findings (occurred_on);

-- The mute that ended an alert: it is over for people, and comes back with the fault.
ALTER TABLE minibar_ml.ml_alerts ADD mute_id bigint REFERENCES minibar_ml.ml_mutes (id);
CREATE INDEX ml_alerts_mute ON minibar_ml.ml_alerts (mute_id) WHERE mute_id IS NOT NULL;

-- Whether a mute covers a fault, seen at an instant: a state while the mute is in force, an event if all its days, from
-- the first to the last, are days of the mute. The day on which somebody ended it is none. PostgreSQL inlines it.
CREATE FUNCTION minibar_ml.covers(
    mute minibar_ml.ml_mutes, of_hotel integer, alert_type text, of_type text, of_entity integer, first_on date,
    last_on date, is_state boolean, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT mute.hotel_id = of_hotel
       AND (mute.alert_types IS NULL OR alert_type = ANY (mute.alert_types))
       AND (mute.entity_type IS NULL OR (mute.entity_type = of_type AND of_entity = ANY (mute.entity_ids)))
       AND CASE WHEN is_state THEN mute.since <= at AND at < least(mute.until, mute.ended_at)
                ELSE first_on >= CAST(mute.since AS date) AND CAST(last_on AS timestamptz) < mute.until
                     AND (mute.ended_at IS NULL OR last_on < CAST(mute.ended_at AS date)) END
$$;

-- Who mutes is who may decide on the hotel's alerts; who sees a mute is who could see what it hides.
ALTER TABLE minibar_ml.ml_mutes ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_mutes USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_mutes FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[]))
    OR (entity_type IS DISTINCT FROM 'room'
        AND (alert_types IS NULL OR alert_types && '{stock_anomaly,shrinkage,stock_depletion}')
        AND ((SELECT minibar_ml.is_everywhere(current_user, '{storekeeper}'))
             OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{storekeeper}')) AS integer[])))));
CREATE POLICY added ON minibar_ml.ml_mutes FOR INSERT WITH CHECK (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));
CREATE POLICY ended ON minibar_ml.ml_mutes FOR UPDATE USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));
ALTER TABLE minibar_ml.ml_muted_findings ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_muted_findings USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_muted_findings FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[]))
    OR (type IN ('stock_anomaly', 'shrinkage', 'stock_depletion')
        AND ((SELECT minibar_ml.is_everywhere(current_user, '{storekeeper}'))
             OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{storekeeper}')) AS integer[])))));

-- A person mutes now, in nobody else's name, and hides no older past than a run of detect looks at. What a mute says
-- stays as it is for everybody: it can only be ended, once, now.
CREATE FUNCTION minibar_ml.check_mute() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    named text := CASE TG_OP WHEN 'INSERT' THEN NEW.added_by ELSE NEW.ended_by END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL OR (to_jsonb(NEW) - '{ended_at,ended_by}'::text[])
                                       <> (to_jsonb(OLD) - '{ended_at,ended_by}'::text[]) THEN
            RAISE EXCEPTION 'a mute can only be ended, and once' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a mute begins before it is ended' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF minibar_ml.is_person(session_user) THEN
        IF named = 'system' OR minibar_ml.is_anothers(named) THEN
            RAISE EXCEPTION 'role % may not mute as %', session_user, named USING ERRCODE = 'insufficient_privilege';
        ELSIF TG_OP = 'INSERT' THEN
            IF NEW.since < now() - interval '32 days' OR NEW.until <= now() THEN
                RAISE EXCEPTION 'a mute is said beforehand: it begins at most 31 days back and ends in the future'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            NEW.added_at := statement_timestamp();
        ELSE
            NEW.ended_at := statement_timestamp();
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ml_mutes_checked BEFORE INSERT OR UPDATE ON minibar_ml.ml_mutes
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.check_mute();

-- Each mute and its end are on record, by whatever way they came.
CREATE FUNCTION minibar_ml.record_mute() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
    VALUES (minibar_ml.os_user(), CASE TG_OP WHEN 'INSERT' THEN NEW.added_by ELSE NEW.ended_by END,
            CASE TG_OP WHEN 'INSERT' THEN 'mute.add' ELSE 'mute.end' END, 'mute ' || NEW.id,
            CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END, to_jsonb(NEW));
    RETURN NULL;
END
$$;
CREATE TRIGGER ml_mutes_recorded AFTER INSERT OR UPDATE ON minibar_ml.ml_mutes
    FOR EACH ROW EXECUTE FUNCTION minibar_ml.record_mute();

-- What of the source collect refused or did not understand: a row for each problem and business day on which it was
-- seen.
CREATE TABLE minibar_ml.ml_source_problems (
    seen_on date NOT NULL,
    source text NOT NULL,
    problem text NOT NULL,
    affected integer NOT NULL CHECK (affected > 0),
    example_id bigint,
    is_of_new_rows boolean NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (seen_on, source, problem)
);
-- Counts and reasons name no hotel, like runs of jobs.
ALTER TABLE minibar_ml.ml_source_problems ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_source_problems USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_source_problems FOR SELECT USING (
    (SELECT minibar_ml.is_any(current_user, '{administrator,viewer,storekeeper}')));

-- Alerts for who keeps the server, and the people they go to.
ALTER TABLE minibar_ml.ml_alerts DROP CONSTRAINT ml_alerts_type_check;
ALTER TABLE minibar_ml.ml_alerts ADD CONSTRAINT ml_alerts_type_check CHECK (type IN (
    'stock_anomaly', 'shrinkage', 'stock_depletion', 'consumption_anomaly', 'silent_room', 'vacant_consumption',
    'refill_delay', 'unanswered_request', 'custody_loss', 'model_fallback', 'data_stale', 'rows_refused', 'job_late'));
ALTER TABLE minibar_ml.ml_people DROP CONSTRAINT ml_people_role_check;
ALTER TABLE minibar_ml.ml_people ADD CONSTRAINT ml_people_role_check CHECK (
    role IN ('administrator', 'storekeeper', 'server'));

-- Which channels are one mailbox: accounts that share an address. PostgreSQL inlines it.
CREATE FUNCTION minibar_ml.mailbox(channel minibar_ml.ml_channels) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE channel.kind WHEN 'email' THEN lower(channel.shown) ELSE CAST(channel.id AS text) END
$$;

COMMENT ON TABLE minibar_ml.ml_mutes IS 'Mutes said beforehand: what is found there and then is no live alert.';
COMMENT ON COLUMN minibar_ml.ml_mutes.id IS 'Number of the mute.';
COMMENT ON COLUMN minibar_ml.ml_mutes.hotel_id IS 'The hotel; 0 is a chain''s common store.';
COMMENT ON COLUMN minibar_ml.ml_mutes.alert_types IS 'Only these types; null: all.';
COMMENT ON COLUMN minibar_ml.ml_mutes.entity_type IS 'room or product; null: the whole hotel.';
COMMENT ON COLUMN minibar_ml.ml_mutes.entity_ids IS 'Their ids in the source.';
COMMENT ON COLUMN minibar_ml.ml_mutes.floor IS 'The floor that the rooms were named by.';
COMMENT ON COLUMN minibar_ml.ml_mutes.since IS 'From when on.';
COMMENT ON COLUMN minibar_ml.ml_mutes.until IS 'Until when.';
COMMENT ON COLUMN minibar_ml.ml_mutes.reason IS 'Why.';
COMMENT ON COLUMN minibar_ml.ml_mutes.added_at IS 'When it was said.';
COMMENT ON COLUMN minibar_ml.ml_mutes.added_by IS 'Who said it.';
COMMENT ON COLUMN minibar_ml.ml_mutes.ended_at IS 'When somebody ended it early; null: nobody did.';
COMMENT ON COLUMN minibar_ml.ml_mutes.ended_by IS 'Who did.';

COMMENT ON TABLE minibar_ml.ml_muted_findings IS 'What was found under a mute.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.mute_id IS 'The mute.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.type IS 'What kind of fault.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.entity_type IS 'room, product, attendant or hotel.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.entity_id IS 'The source''s id.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.occurred_on IS 'The business day on which the fault began.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.entity_name IS 'Its name when it was last found.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.severity IS 'low, medium, high or critical.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.value IS 'What was measured.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.impact IS 'Possible loss, in the hotel''s currency.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.message IS 'The sentence, in the language of the installation.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.first_seen IS 'As of when it was first found.';
COMMENT ON COLUMN minibar_ml.ml_muted_findings.last_seen IS 'As of when it was last found.';

COMMENT ON COLUMN minibar_ml.ml_alerts.mute_id IS 'The mute that ended this alert.';

COMMENT ON TABLE minibar_ml.ml_source_problems IS
    'Rows of the source that collect refused or did not understand, by business day.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.seen_on IS 'The business day of the run that saw it.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.source IS 'The source table or metric.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.problem IS 'The reason, or the word that is not known.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.affected IS
    'How many rows: the most of a run of that day, of new rows all of that day.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.example_id IS 'The id of one of them.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.is_of_new_rows IS
    'Whether rows are counted once, when they come in, and not by every run.';
COMMENT ON COLUMN minibar_ml.ml_source_problems.seen_at IS 'As of when it was last seen.';
