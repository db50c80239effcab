-- Who is notified of alerts, by which channels, and the outbox from which messages are delivered.

-- A person follows the source while what the hotel application says of them (hotels, address, whether they are active)
-- is taken over at every run; whoever sets one of these by hand takes it over for good. hotels null: all of them.
CREATE TABLE minibar_ml.ml_people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    source_user_id integer,
    follows_source boolean NOT NULL DEFAULT false,
    role text NOT NULL CHECK (role IN ('administrator', 'storekeeper')),
    language text NOT NULL CHECK (language IN ('tr', 'en')),
    is_active boolean NOT NULL DEFAULT true,
    hotels integer[],
    alert_types text[],
    min_severity minibar_ml.severity NOT NULL DEFAULT 'medium',
    quiet_from time,
    quiet_until time,
    digest_at time,
    repeat_minutes integer CHECK (repeat_minutes > 0),
    wants_resolved boolean NOT NULL DEFAULT false,
    reports text[] NOT NULL DEFAULT '{}' CHECK (reports <@ ARRAY['weekly', 'monthly']),
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CHECK (NOT follows_source OR source_user_id IS NOT NULL)
);

-- One address of a person. That of a mail is plain; any other may hold a token and is sealed. `shown` gives nothing
-- away.
CREATE TABLE minibar_ml.ml_channels (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES minibar_ml.ml_people (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('email', 'sms', 'push', 'chat')),
    shown text NOT NULL,
    sealed bytea,
    CHECK ((kind = 'email') = (sealed IS NULL)),
    UNIQUE (person_id, kind)
);

-- A mail that was rendered beforehand, such as a report; several persons may get it.
CREATE TABLE minibar_ml.ml_mails (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    body text NOT NULL,
    html text NOT NULL
);
CREATE TABLE minibar_ml.ml_attachments (
    mail_id bigint NOT NULL REFERENCES minibar_ml.ml_mails (id) ON DELETE CASCADE,
    name text NOT NULL,
    media_type text NOT NULL CHECK (media_type LIKE '%_/_%'),
    content bytea NOT NULL,
    PRIMARY KEY (mail_id, name)
);

-- Messages to be delivered, one for each channel and event (and repetition), report or digest. A row waits until it was
-- sent, is bundled into a digest, is skipped because what it reports is over, or has failed for good. A claim moves
-- next_at ahead: whoever is killed while sending leaves a row that comes due again.
CREATE TABLE minibar_ml.ml_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('alert', 'digest', 'report')),
    channel_id bigint NOT NULL REFERENCES minibar_ml.ml_channels (id) ON DELETE CASCADE,
    event_id bigint REFERENCES minibar_ml.ml_alert_events (id),
    alert_id bigint REFERENCES minibar_ml.ml_alerts (id),
    repetition integer NOT NULL DEFAULT 0,
    digest_id bigint REFERENCES minibar_ml.ml_outbox (id) ON DELETE CASCADE,
    report text,
    mail_id bigint REFERENCES minibar_ml.ml_mails (id),
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'bundled', 'sent', 'skipped', 'failed')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    ended_at timestamptz,
    reason text,
    UNIQUE (channel_id, event_id, repetition),
    UNIQUE (channel_id, report),
    CHECK ((kind = 'alert') = (event_id IS NOT NULL AND alert_id IS NOT NULL)),
    CHECK ((kind = 'report') = (report IS NOT NULL AND mail_id IS NOT NULL)),
    CHECK ((status = 'bundled') <= (digest_id IS NOT NULL)),
    CHECK ((status IN ('waiting', 'bundled')) = (ended_at IS NULL)),
    CHECK (status <> 'failed' OR reason IS NOT NULL)
);
CREATE INDEX ml_outbox_waiting ON minibar_ml.ml_outbox (next_at) WHERE status = 'waiting';
CREATE INDEX ml_outbox_failed ON minibar_ml.ml_outbox (ended_at) WHERE status = 'failed';
CREATE INDEX ml_outbox_digest ON minibar_ml.ml_outbox (digest_id) WHERE digest_id IS NOT NULL;
CREATE INDEX ml_outbox_alert ON minibar_ml.ml_outbox (alert_id, channel_id) WHERE alert_id IS NOT NULL;
-- What ended is found by when it ended, and mails by who needs them: old ones are deleted every night.
CREATE INDEX ml_outbox_ended ON minibar_ml.ml_outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ml_outbox_mail ON minibar_ml.ml_outbox (mail_id) WHERE mail_id IS NOT NULL;

-- Whether an instant is in somebody's quiet hours, which may go past midnight, by the session's clock, the hotel's.
-- Where there are none it is not. PostgreSQL inlines it.
CREATE FUNCTION minibar_ml.in_quiet_hours(at timestamptz, quiet_from time, quiet_until time) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(CASE WHEN quiet_from <= quiet_until
                         THEN CAST(at AS time) >= quiet_from AND CAST(at AS time) < quiet_until
                         ELSE CAST(at AS time) >= quiet_from OR CAST(at AS time) < quiet_until END, false)
$$;

-- Persons who are notified, and of what: jobs, and the administrators of a hotel of theirs; whoever changes a
-- person has to be administrator everywhere, for a person may be notified of any hotel. Messages about an alert are seen by
-- those administrators who see the alert.
ALTER TABLE minibar_ml.ml_people ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_people USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_people USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY seen ON minibar_ml.ml_people FOR SELECT USING (
    (SELECT minibar_ml.is_any(current_user, '{administrator}'))
    AND (hotels IS NULL
         OR hotels && CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[])));
ALTER TABLE minibar_ml.ml_channels ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_channels USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_channels USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY seen ON minibar_ml.ml_channels FOR SELECT USING (
    EXISTS (SELECT FROM minibar_ml.ml_people p WHERE p.id = person_id));
ALTER TABLE minibar_ml.ml_outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_outbox USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_outbox USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
CREATE POLICY seen ON minibar_ml.ml_outbox FOR SELECT USING (
    alert_id IS NOT NULL AND EXISTS (SELECT FROM minibar_ml.ml_alerts a WHERE a.id = alert_id));
ALTER TABLE minibar_ml.ml_mails ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_mails USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_mails USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));
ALTER TABLE minibar_ml.ml_attachments ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_attachments USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY changed ON minibar_ml.ml_attachments USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}')));

-- What administrators change in people, addresses and messages is on record, by whatever way they do it: table, verb
-- and rows, without what is sealed or large.
CREATE FUNCTION minibar_ml.record_writes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    dropped text[] := ARRAY['sealed', 'content', 'body', 'html'];
    before jsonb;
    after jsonb;
BEGIN
    IF NOT minibar_ml.is_person(session_user) THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        before := (SELECT jsonb_agg(to_jsonb(o) - dropped) FROM before_rows o);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := (SELECT jsonb_agg(to_jsonb(n) - dropped) FROM after_rows n);
    END IF;
    IF before IS NOT NULL OR after IS NOT NULL THEN
        INSERT INTO minibar_ml.ml_audit_log (os_user, action, subject, before, after)
        VALUES (minibar_ml.os_user(), 'table.' || lower(TG_OP), TG_TABLE_NAME, before, after);
    END IF;
    RETURN NULL;
END
$$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ml_people', 'ml_channels', 'ml_outbox', 'ml_mails', 'ml_attachments'] LOOP
        EXECUTE format('CREATE TRIGGER %s_inserted AFTER INSERT ON minibar_ml.%s REFERENCING NEW TABLE AS after_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes()', name, name);
        EXECUTE format('CREATE TRIGGER %s_updated AFTER UPDATE ON minibar_ml.%s
                        REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes()', name, name);
        EXECUTE format('CREATE TRIGGER %s_deleted AFTER DELETE ON minibar_ml.%s REFERENCING OLD TABLE AS before_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION minibar_ml.record_writes()', name, name);
    END LOOP;
END
$$;
