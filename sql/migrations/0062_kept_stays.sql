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
COMMENT ON COLUMN minibar_ml.ml_kept_stays.stay_id IS 'The stay''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.room_id IS 'The room''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.guests IS 'How many guests; null: unknown.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.arrives_on IS 'The stay''s first day.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.arrives_at IS 'When the guests arrive, as far as it is known.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.departs_on IS 'The stay''s last day.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.departs_at IS 'When they had left, as far as it is known.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.leaves_at IS 'The hour of departure that was planned.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_in_house IS 'Whether a list of guests in house has it.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_arrival IS 'Whether a list of arrivals has it.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_departure IS 'Whether a list of departures has it.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.written_at IS 'When a row of it was last written.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.named_since IS 'The first day on which a list of guests in house named it.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.named_at IS 'The last instant at which one did.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.rewritten IS 'From when to when each of its rows said something else, that may never have been read.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.named_on IS 'The day of named_at.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_wrong IS 'Whether it can''t be right.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_of_unknown_kind IS 'Whether it is of no list that is known.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_outdated IS 'Whether another row of its arrival was written on a later day.';
COMMENT ON COLUMN minibar_ml.ml_kept_stays.is_arrival_alone IS 'Whether only lists of arrivals have a stay of its arrival.';

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
COMMENT ON COLUMN minibar_ml.ml_kept_record.room_id IS 'The room''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.night IS 'The night that begins on this date.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.state IS 'What the record says of it, as in ml_nights.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.guests IS 'How many guests; null: unknown.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.stay_id IS 'The stay''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.arrives_on IS 'The stay''s first day.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.arrives_at IS 'When the guests arrive, as far as it is known.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.departs_on IS 'The stay''s last day.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.departs_at IS 'When they had left, as far as it is known.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.is_expected IS 'Whether only an expected arrival spoke for it.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.known_at IS 'When it was known.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.is_last IS 'Whether it is the record''s last word.';
COMMENT ON COLUMN minibar_ml.ml_kept_record.is_listed IS 'Whether the lists have the night.';

ALTER TABLE minibar_ml.ml_kept ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_ml.ml_kept_stays ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_ml.ml_kept_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_kept USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY jobs ON minibar_ml.ml_kept_stays USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY jobs ON minibar_ml.ml_kept_record USING ((SELECT minibar_ml.runs_jobs(current_user)));

-- Few nights of the record say that a list did not have the room, and three statements of a run ask for these alone.
CREATE INDEX ml_nights_not_listed ON minibar_ml.ml_nights (night, room_id) WHERE state = 'not_listed';
