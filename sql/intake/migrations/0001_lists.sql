-- Schema minibar_in: what hotels import from files, for hotels whose system writes no database that we can read.
--
-- Keys are the words that people use: a hotel's name, a room's number, a product's name, a person's login. The integers
-- are for the source contract (sql/intake/imported) and change for nobody. Another program may fill the tables itself:
-- docs/import.md says how. Unknown is NULL, never 0.

-- Whether a role may write lists: members of minibar_ml_importer, which sql/intake/roles.sql makes.
CREATE FUNCTION minibar_in.is_importer(who name) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce((SELECT pg_has_role(who, oid, 'USAGE') FROM pg_roles WHERE rolname = 'minibar_ml_importer'), false)
$$;

CREATE TABLE minibar_in.hotel (
    name text PRIMARY KEY CHECK (name <> '' AND name = btrim(name)),
    id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    is_active boolean NOT NULL DEFAULT true
);

-- A file that was imported. `day`: of a list that is about one day. A file whose rows were refused has none.
CREATE TABLE minibar_in.batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    kind text NOT NULL CHECK (kind IN ('rooms', 'products', 'people', 'in_house', 'arrivals', 'departures', 'checks',
                                       'movements', 'orders')),
    hotel text REFERENCES minibar_in.hotel ON UPDATE CASCADE,
    day date,
    accepted integer NOT NULL CHECK (accepted >= 0),
    rejected integer NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    listed_at timestamptz NOT NULL DEFAULT now(),
    at timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL DEFAULT session_user
);
COMMENT ON COLUMN minibar_in.batch.day IS 'The day that a list of guests is of.';
COMMENT ON COLUMN minibar_in.batch.listed_at IS
    'When the list was made, as far as is known: the import, where it was on the day of the list; else noon of that day, and
of arrivals and departures its beginning: an hour on such a list is a plan.';
CREATE INDEX batch_day ON minibar_in.batch (kind, hotel, day);
CREATE INDEX batch_file ON minibar_in.batch (sha256);

CREATE TABLE minibar_in.room (
    hotel text NOT NULL REFERENCES minibar_in.hotel ON UPDATE CASCADE,
    number text NOT NULL CHECK (number <> '' AND number = btrim(number)),
    id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    floor text,
    type text,
    is_active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (hotel, number)
);

CREATE TABLE minibar_in.product (
    name text PRIMARY KEY CHECK (name <> '' AND name = btrim(name)),
    id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    code text UNIQUE,
    critical_units integer CHECK (critical_units >= 0),
    sale_price numeric CHECK (sale_price BETWEEN 0 AND 1e9),
    purchase_price numeric CHECK (purchase_price BETWEEN 0 AND 1e9),
    is_active boolean NOT NULL DEFAULT true
);

CREATE TABLE minibar_in.person (
    login text PRIMARY KEY CHECK (login <> '' AND login = btrim(login)),
    id integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    name text NOT NULL,
    role text NOT NULL DEFAULT 'attendant' CHECK (role IN ('administrator', 'storekeeper', 'attendant')),
    email text,
    hotel text REFERENCES minibar_in.hotel ON UPDATE CASCADE,
    is_active boolean NOT NULL DEFAULT true
);
COMMENT ON COLUMN minibar_in.person.hotel IS 'Where the person works; null: in all hotels.';

-- One sequence for both tables below: an id names one row of either.
CREATE SEQUENCE minibar_in.stay_ids;

-- Who slept where, a row a room and night, from the list of guests in house of that day.
CREATE TABLE minibar_in.night (
    hotel text NOT NULL,
    room text NOT NULL,
    night date NOT NULL CHECK (night BETWEEN '1900-01-01' AND '2199-12-31'),
    id bigint NOT NULL DEFAULT nextval('minibar_in.stay_ids') UNIQUE,
    guests integer CHECK (guests BETWEEN 1 AND 1000),
    arrives_on date CHECK (arrives_on BETWEEN '1900-01-01' AND night),
    departs_on date CHECK (departs_on > night AND departs_on < '2200-01-01'),
    listed_at timestamptz NOT NULL DEFAULT now(),
    batch bigint REFERENCES minibar_in.batch ON DELETE SET NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (hotel, room, night),
    FOREIGN KEY (hotel, room) REFERENCES minibar_in.room ON UPDATE CASCADE
);
COMMENT ON COLUMN minibar_in.night.guests IS 'Adults; null: not known.';
CREATE INDEX night_night ON minibar_in.night (night);
CREATE INDEX night_written ON minibar_in.night (written_at);

-- What else the lists say of stays: hours of arrival and departure, and who was to leave on the day of the list.
CREATE TABLE minibar_in.stay_hint (
    id bigint NOT NULL DEFAULT nextval('minibar_in.stay_ids') PRIMARY KEY,
    hotel text NOT NULL,
    room text NOT NULL,
    list text NOT NULL CHECK (list IN ('in_house', 'arrivals', 'departures')),
    day date NOT NULL CHECK (day BETWEEN '1900-01-01' AND '2199-12-31'),
    at time,
    guests integer CHECK (guests BETWEEN 1 AND 1000),
    arrives_on date CHECK (arrives_on BETWEEN '1900-01-01' AND '2199-12-31'),
    departs_on date CHECK (departs_on BETWEEN '1900-01-01' AND '2199-12-31'),
    listed_at timestamptz NOT NULL DEFAULT now(),
    batch bigint REFERENCES minibar_in.batch ON DELETE SET NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (hotel, room) REFERENCES minibar_in.room ON UPDATE CASCADE
);
CREATE INDEX stay_hint_day ON minibar_in.stay_hint (hotel, list, day);
CREATE INDEX stay_hint_written ON minibar_in.stay_hint (written_at);

-- Somebody at a room's minibar. `is_timed` false: the list has only the date, and `at` is noon of it.
CREATE TABLE minibar_in.check (
    hotel text NOT NULL,
    room text NOT NULL,
    at timestamptz NOT NULL CHECK (at >= '1900-01-01' AND at < '2200-01-01'),
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    is_timed boolean NOT NULL DEFAULT true,
    person text REFERENCES minibar_in.person ON UPDATE CASCADE,
    result text CHECK (result IN ('empty', 'found', 'dnd')),
    batch bigint REFERENCES minibar_in.batch ON DELETE SET NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (hotel, room, at),
    FOREIGN KEY (hotel, room) REFERENCES minibar_in.room ON UPDATE CASCADE
);
COMMENT ON COLUMN minibar_in.check.result IS
    'empty: nothing was missing; found: see check_line; dnd: "do not disturb", nobody entered; null: not known.';
CREATE INDEX check_at ON minibar_in.check (at);
CREATE INDEX check_written ON minibar_in.check (written_at);

CREATE TABLE minibar_in.check_line (
    hotel text NOT NULL,
    room text NOT NULL,
    at timestamptz NOT NULL,
    product text NOT NULL REFERENCES minibar_in.product ON UPDATE CASCADE,
    consumed numeric CHECK (consumed BETWEEN 0 AND 1e9),
    refilled numeric CHECK (refilled BETWEEN 0 AND 1e9),
    is_complimentary boolean NOT NULL DEFAULT false,
    price numeric CHECK (price BETWEEN 0 AND 1e9),
    PRIMARY KEY (hotel, room, at, product),
    FOREIGN KEY (hotel, room, at) REFERENCES minibar_in.check ON UPDATE CASCADE ON DELETE CASCADE
);
COMMENT ON COLUMN minibar_in.check_line.refilled IS 'Units put in; null: as many as were consumed.';
CREATE INDEX check_line_at ON minibar_in.check_line (at);

-- The depot's ledger. Units are positive; those of a count are what was counted, not the difference. A reversal takes back
-- the delivery or issue of the same reference. `ordinal` counts rows that are equal in everything else.
CREATE TABLE minibar_in.movement (
    hotel text NOT NULL REFERENCES minibar_in.hotel ON UPDATE CASCADE,
    product text NOT NULL REFERENCES minibar_in.product ON UPDATE CASCADE,
    at timestamptz NOT NULL CHECK (at >= '1900-01-01' AND at < '2200-01-01'),
    kind text NOT NULL CHECK (kind IN ('delivery', 'issue', 'return', 'write_off', 'count', 'reversal')),
    units numeric NOT NULL CHECK (units BETWEEN 0 AND 1e9),
    reference text NOT NULL DEFAULT '',
    ordinal integer NOT NULL DEFAULT 1,
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    holder text,
    batch bigint REFERENCES minibar_in.batch ON DELETE SET NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (hotel, product, at, kind, reference, ordinal),
    CHECK (kind <> 'reversal' OR reference <> '')
);
COMMENT ON COLUMN minibar_in.movement.holder IS 'Who was handed the units or gave them back; null: nobody is named.';
CREATE INDEX movement_at ON minibar_in.movement (at);
CREATE INDEX movement_written ON minibar_in.movement (written_at);

CREATE TABLE minibar_in.order (
    hotel text NOT NULL REFERENCES minibar_in.hotel ON UPDATE CASCADE,
    number text NOT NULL,
    product text NOT NULL REFERENCES minibar_in.product ON UPDATE CASCADE,
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ordered_on date NOT NULL CHECK (ordered_on BETWEEN '1900-01-01' AND '2199-12-31'),
    due_on date CHECK (due_on BETWEEN '1900-01-01' AND '2199-12-31'),
    ordered numeric NOT NULL CHECK (ordered BETWEEN 0 AND 1e9),
    received numeric NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND 1e9),
    batch bigint REFERENCES minibar_in.batch ON DELETE SET NULL,
    PRIMARY KEY (hotel, number, product)
);

-- Who sees which rows. Importers and jobs see and write all; people see what the store's policies show them of a hotel:
-- names everybody who has a hotel, persons and stays its administrators. The rest is for jobs.
ALTER TABLE minibar_in.hotel ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.room ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.product ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.night ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.stay_hint ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.check ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.check_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.movement ENABLE ROW LEVEL SECURITY;
ALTER TABLE minibar_in.order ENABLE ROW LEVEL SECURITY;
CREATE POLICY importers ON minibar_in.hotel USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.batch USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.room USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.product USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.person USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.night USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.stay_hint USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.check USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.check_line USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.movement USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY importers ON minibar_in.order USING ((SELECT minibar_in.is_importer(current_user)));
CREATE POLICY seen ON minibar_in.hotel FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator,viewer,storekeeper}'))
    OR id = ANY (CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator,viewer,storekeeper}')) AS integer[])));
CREATE POLICY seen ON minibar_in.room FOR SELECT USING (hotel IN (SELECT h.name FROM minibar_in.hotel h));
CREATE POLICY seen ON minibar_in.product FOR SELECT USING (true);
CREATE POLICY seen ON minibar_in.person FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel IN (SELECT h.name FROM minibar_in.hotel h WHERE h.id = ANY (
        CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[]))));
CREATE POLICY seen ON minibar_in.night FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel IN (SELECT h.name FROM minibar_in.hotel h WHERE h.id = ANY (
        CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[]))));
CREATE POLICY seen ON minibar_in.stay_hint FOR SELECT USING (
    (SELECT minibar_ml.is_everywhere(current_user, '{administrator}'))
    OR hotel IN (SELECT h.name FROM minibar_in.hotel h WHERE h.id = ANY (
        CAST((SELECT minibar_ml.hotels_as(current_user, '{administrator}')) AS integer[]))));
