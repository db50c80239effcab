-- Our own record of nights: what was known of a room's night, and when. The hotel's lists are overwritten; this is not.

-- One row for each time that something else was known of a night, in order of id. A night that was once known as occupied
-- may become unknown, never vacant: where no row says so, nothing is known to have been there.
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

ALTER TABLE minibar_ml.ml_nights ENABLE ROW LEVEL SECURITY;
CREATE POLICY jobs ON minibar_ml.ml_nights USING ((SELECT minibar_ml.runs_jobs(current_user)));
CREATE POLICY seen ON minibar_ml.ml_nights FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer}'))
    OR hotel_id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer}')) AS integer[])));
