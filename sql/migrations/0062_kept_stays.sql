-- What collect has worked out of rows that seldom change: the next run takes it from here while these are as they were.

CREATE TABLE minibar_ml.ml_kept (
    stage text PRIMARY KEY CHECK (stage IN ('stays', 'record')),
    seen text NOT NULL
);
COMMENT ON TABLE minibar_ml.ml_kept IS 'What the rows of ml_kept_stays and ml_kept_record were worked out of. Both may be emptied at any time, with this table.';
COMMENT ON COLUMN minibar_ml.ml_kept.stage IS 'stays: ml_kept_stays; record: ml_kept_record.';
COMMENT ON COLUMN minibar_ml.ml_kept.seen IS 'All that they rest on: digests, days, the time zone. While it is the same, so are they.';

CREATE TABLE minibar_ml.ml_kept_stays (
    stay_id bigint,
    room_id integer,
    guests integer,
    arrives_on date,
    arrives_at timestamptz,
    departs_on date,
    departs_at timestamptz,
    leaves_at timestamptz,
    is_in_house boolean,
    is_arrival boolean,
    is_departure boolean,
    written_at timestamptz,
    named_since date,
    named_at timestamptz,
    rewritten tstzrange[],
    hotel_id integer,
    named_on date,
    is_wrong boolean,
    is_of_unknown_kind boolean,
    is_outdated boolean,
    is_arrival_alone boolean
);
COMMENT ON TABLE minibar_ml.ml_kept_stays IS 'The stays of guest lists, as the last run took them that found others than the run before.';

CREATE TABLE minibar_ml.ml_kept_record (
    room_id integer,
    night date,
    hotel_id integer,
    state text,
    guests integer,
    stay_id bigint,
    arrives_on date,
    arrives_at timestamptz,
    departs_on date,
    departs_at timestamptz,
    is_expected boolean,
    known_at timestamptz,
    is_last boolean,
    is_listed boolean
);
COMMENT ON TABLE minibar_ml.ml_kept_record IS 'Where the record of nights said something else than the lists, at the last comparison.';

ALTER TABLE minibar_ml.ml_kept ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_ml.ml_kept_stays ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_ml.ml_kept_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_kept USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY jobs ON minibar_ml.ml_kept_stays USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY jobs ON minibar_ml.ml_kept_record USING ((SELECT minibar_ml.runs_jobs(current_user)));

-- Few nights of the record say that a list did not have the room, and three statements of a run ask for these alone.
CREATE INDEX ml_nights_not_listed ON minibar_ml.ml_nights (night, room_id) WHERE state = 'not_listed';
