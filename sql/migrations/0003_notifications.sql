-- Who is told of alerts, by which channels, and the outbox from which messages are delivered.

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
    min_severity text NOT NULL DEFAULT 'medium' CHECK (min_severity IN ('low', 'medium', 'high', 'critical')),
    quiet_from time,
    quiet_until time,
    digest_at time,
    repeat_minutes integer CHECK (repeat_minutes > 0),
    wants_resolved boolean NOT NULL DEFAULT false,
    reports text[] NOT NULL DEFAULT '{}' CHECK (reports <@ ARRAY['weekly', 'monthly']),
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CHECK (NOT follows_source OR source_user_id IS NOT NULL)
);

-- One address of a person. That of a mail is plain; any other may hold a token and is sealed. `shown` gives nothing away.
CREATE TABLE minibar_ml.ml_channels (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id bigint NOT NULL REFERENCES minibar_ml.ml_people (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('email', 'sms', 'push', 'chat')),
    shown text NOT NULL,
    sealed bytea,
    CHECK ((kind = 'email') = (sealed IS NULL)),
    UNIQUE (person_id, kind)
);

-- What happened to an alert is considered once for announcing; null: not yet.
ALTER TABLE minibar_ml.ml_alert_events ADD COLUMN considered_at timestamptz;
CREATE INDEX ml_alert_events_new ON minibar_ml.ml_alert_events (id) WHERE considered_at IS NULL;

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
-- sent, is bundled into a digest, is skipped because what it tells is over, or has failed for good. A claim moves
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
