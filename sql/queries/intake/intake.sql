-- Lists imported from files: schema minibar_in. Rows of a file come into a scratch table of one transaction, and from there
-- into the table of their kind, on natural keys: the same rows again change nothing.

-- name: fetch_hotels
-- Hotels by name.
SELECT name, is_active FROM minibar_in.hotel ORDER BY name

-- name: fetch_rooms
-- Rooms of all hotels.
SELECT hotel, number FROM minibar_in.room

-- name: fetch_products
-- Products with their codes.
SELECT name, code FROM minibar_in.product

-- name: fetch_people
-- Logins and names.
SELECT login, name FROM minibar_in.person

-- name: fetch_originals
-- Movements that a reversal can take back.
SELECT DISTINCT hotel, product, reference FROM minibar_in.movement
WHERE reference <> '' AND kind IN ('delivery', 'issue', 'write_off')

-- name: find_batch
-- The last import of a file that need not be done again: all its rows were taken, or later lists have replaced it. A file
-- of several hotels or days is several batches of one instant, and the first of them counts what was rejected.
WITH mine AS (
    SELECT b.id, b.at, b.rejected > 0 AS lacks, EXISTS (
        SELECT FROM minibar_in.batch n
        WHERE n.kind = b.kind AND n.hotel IS NOT DISTINCT FROM b.hotel AND n.day = b.day AND n.id > b.id) AS is_replaced
    FROM minibar_in.batch b
    WHERE b.sha256 = :sha256 AND b.kind = :kind AND (CAST(:day AS date) IS NULL OR b.day = :day)
      AND (CAST(:hotel AS text) IS NULL OR b.hotel IS NOT DISTINCT FROM :hotel)
)
SELECT max(at) AS at FROM mine WHERE at = (SELECT max(at) FROM mine)
HAVING bool_and(is_replaced) OR NOT bool_or(lacks)

-- name: count_nameless
-- Checks of a file's last import that have no person: its people may have become known since.
SELECT count(*) FROM minibar_in.check c
WHERE c.person IS NULL AND c.batch = (
    SELECT max(b.id) FROM minibar_in.batch b
    WHERE b.sha256 = :sha256 AND b.kind = :kind AND (CAST(:hotel AS text) IS NULL OR b.hotel IS NOT DISTINCT FROM :hotel))

-- name: insert_batch
-- Records a file.
INSERT INTO minibar_in.batch (file, sha256, kind, hotel, day, accepted, rejected, listed_at)
VALUES (:file, :sha256, :kind, :hotel, :day, :accepted, :rejected,
        CASE WHEN CAST(:day AS date) IS NULL OR CAST(:at AS timestamptz)::date = CAST(:day AS date) THEN CAST(:at AS timestamptz)
             WHEN :kind = 'in_house' THEN (CAST(:day AS date) + time '12:00')::timestamptz
             ELSE CAST(:day AS date)::timestamptz END)
RETURNING id

-- name: insert_hotels
-- Makes hotels.
INSERT INTO minibar_in.hotel (name) SELECT unnest(CAST(:names AS text[])) ON CONFLICT DO NOTHING

-- name: insert_missing
-- Makes the rooms, products and people of `--add-missing`.
WITH rooms AS (
    INSERT INTO minibar_in.room (hotel, number)
    SELECT * FROM unnest(CAST(:hotels AS text[]), CAST(:rooms AS text[])) ON CONFLICT DO NOTHING
), products AS (
    INSERT INTO minibar_in.product (name) SELECT unnest(CAST(:products AS text[])) ON CONFLICT DO NOTHING
)
INSERT INTO minibar_in.person (login, name) SELECT p, p FROM unnest(CAST(:people AS text[])) p ON CONFLICT DO NOTHING

-- name: create_rooms
-- Scratch rows of a list of rooms.
CREATE TEMP TABLE intake_rows (
    line integer, hotel text, room text, floor text, type text, is_active boolean) ON COMMIT DROP

-- name: create_products
-- Scratch rows of a list of products.
CREATE TEMP TABLE intake_rows (
    line integer, name text, code text, sale_price numeric, purchase_price numeric, critical_units integer,
    is_active boolean) ON COMMIT DROP

-- name: create_people
-- Scratch rows of a list of people.
CREATE TEMP TABLE intake_rows (
    line integer, login text, name text, role text, email text, hotel text, is_active boolean) ON COMMIT DROP

-- name: create_guests
-- Scratch rows of a list of guests.
CREATE TEMP TABLE intake_rows (
    line integer, hotel text, room text, guests integer, arrives_on date, departs_on date, at time) ON COMMIT DROP

-- name: create_checks
-- Scratch rows of checks, a row a product.
CREATE TEMP TABLE intake_rows (
    line integer, hotel text, room text, at timestamptz, is_timed boolean, person text, result text, product text,
    consumed numeric, refilled numeric, is_complimentary boolean, price numeric) ON COMMIT DROP

-- name: create_movements
-- Scratch rows of the depot's ledger.
CREATE TEMP TABLE intake_rows (
    line integer, hotel text, product text, at timestamptz, kind text, units numeric, reference text,
    holder text) ON COMMIT DROP

-- name: create_orders
-- Scratch rows of orders.
CREATE TEMP TABLE intake_rows (
    line integer, hotel text, number text, product text, ordered_on date, due_on date, ordered numeric,
    received numeric) ON COMMIT DROP

-- name: write_rooms
-- Rooms, new and changed; what a list does not have stays as it is.
INSERT INTO minibar_in.room AS r (hotel, number, floor, type, is_active)
SELECT DISTINCT ON (hotel, room) hotel, room, floor, type, is_active FROM intake_rows ORDER BY hotel, room, line DESC
ON CONFLICT (hotel, number) DO UPDATE SET floor = coalesce(excluded.floor, r.floor),
    type = coalesce(excluded.type, r.type), is_active = excluded.is_active

-- name: write_products
-- Products, new and changed. A code that another product has had goes over to the one that has it now.
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (name) * FROM intake_rows ORDER BY name, line DESC
), coded AS MATERIALIZED (
    SELECT DISTINCT ON (code) name, code FROM latest WHERE code IS NOT NULL ORDER BY code, line DESC
), freed AS (
    UPDATE minibar_in.product p SET code = NULL FROM coded c WHERE p.code = c.code AND p.name <> c.name
)
INSERT INTO minibar_in.product AS p (name, code, sale_price, purchase_price, critical_units, is_active)
SELECT l.name, c.code, l.sale_price, l.purchase_price, l.critical_units, l.is_active
FROM latest l LEFT JOIN coded c USING (name)
ON CONFLICT (name) DO UPDATE SET code = coalesce(excluded.code, p.code),
    sale_price = coalesce(excluded.sale_price, p.sale_price),
    purchase_price = coalesce(excluded.purchase_price, p.purchase_price),
    critical_units = coalesce(excluded.critical_units, p.critical_units), is_active = excluded.is_active

-- name: write_people
-- People, new and changed.
INSERT INTO minibar_in.person AS p (login, name, role, email, hotel, is_active)
SELECT DISTINCT ON (login) login, name, role, email, hotel, is_active FROM intake_rows ORDER BY login, line DESC
ON CONFLICT (login) DO UPDATE SET name = excluded.name, role = excluded.role, email = coalesce(excluded.email, p.email),
    hotel = excluded.hotel, is_active = excluded.is_active

-- name: write_in_house
-- A list of guests in house is the night of its day, of the hotels that it names. Who leaves on that day has slept there
-- the night before and is a hint. Sharers add up; where one of them is not counted nobody knows how many they are.
-- Rows keep their ids, and all are written once more, so that collect reads the night again.
WITH list AS MATERIALIZED (
    SELECT hotel, room, CASE WHEN count(guests) = count(*) THEN least(sum(guests), 1000) END AS guests,
           CASE WHEN count(arrives_on) = count(*) THEN min(arrives_on) END AS arrives_on,
           CASE WHEN count(departs_on) = count(*) THEN max(departs_on) END AS departs_on
    FROM intake_rows WHERE departs_on IS NULL OR departs_on > :day GROUP BY hotel, room
), hotels AS MATERIALIZED (
    SELECT DISTINCT hotel FROM intake_rows UNION SELECT CAST(:hotel AS text) WHERE CAST(:hotel AS text) IS NOT NULL
), gone AS (
    DELETE FROM minibar_in.night n WHERE n.night = :day AND n.hotel IN (SELECT hotel FROM hotels)
    AND NOT EXISTS (SELECT FROM list l WHERE l.hotel = n.hotel AND l.room = n.room)
), left_hints AS (
    DELETE FROM minibar_in.stay_hint h WHERE h.day = :day AND h.list = 'in_house' AND h.hotel IN (SELECT hotel FROM hotels)
), hints AS (
    INSERT INTO minibar_in.stay_hint (hotel, room, list, day, guests, arrives_on, departs_on, listed_at, batch)
    SELECT r.hotel, r.room, 'in_house', :day, CASE WHEN count(r.guests) = count(*) THEN least(sum(r.guests), 1000) END,
           r.arrives_on, r.departs_on, b.listed_at, b.id
    FROM intake_rows r CROSS JOIN minibar_in.batch b WHERE b.id = :batch AND r.departs_on = :day
    GROUP BY r.hotel, r.room, r.arrives_on, r.departs_on, b.listed_at, b.id
)
INSERT INTO minibar_in.night (hotel, room, night, guests, arrives_on, departs_on, listed_at, batch)
SELECT l.hotel, l.room, :day, l.guests, l.arrives_on, l.departs_on, b.listed_at, b.id
FROM list l CROSS JOIN minibar_in.batch b WHERE b.id = :batch
ON CONFLICT (hotel, room, night) DO UPDATE SET guests = excluded.guests, arrives_on = excluded.arrives_on,
    departs_on = excluded.departs_on, listed_at = excluded.listed_at, batch = excluded.batch,
    written_at = clock_timestamp()

-- name: write_hints
-- A list of arrivals or departures replaces that of its day. Sharers add up.
WITH hotels AS MATERIALIZED (
    SELECT DISTINCT hotel FROM intake_rows UNION SELECT CAST(:hotel AS text) WHERE CAST(:hotel AS text) IS NOT NULL
), gone AS (
    DELETE FROM minibar_in.stay_hint h WHERE h.day = :day AND h.list = :kind AND h.hotel IN (SELECT hotel FROM hotels)
)
INSERT INTO minibar_in.stay_hint (hotel, room, list, day, at, guests, arrives_on, departs_on, listed_at, batch)
SELECT r.hotel, r.room, :kind, :day, CASE CAST(:kind AS text) WHEN 'arrivals' THEN min(r.at) ELSE max(r.at) END,
       CASE WHEN count(r.guests) = count(*) THEN least(sum(r.guests), 1000) END, r.arrives_on, r.departs_on,
       b.listed_at, b.id
FROM intake_rows r CROSS JOIN minibar_in.batch b WHERE b.id = :batch
GROUP BY r.hotel, r.room, r.arrives_on, r.departs_on, b.listed_at, b.id

-- name: write_checks
-- Checks by room and time, with the rows of their products. A check that comes again has the products of the later file;
-- those of which only the day is known are one a day, and files add to it. That something was found outweighs that nothing was, and that a look was taken outweighs a door that stayed shut.
WITH checks AS MATERIALIZED (
    SELECT hotel, room, at, bool_and(is_timed) AS is_timed,
           (array_agg(person ORDER BY line) FILTER (WHERE person IS NOT NULL))[1] AS person,
           CASE WHEN bool_or(result = 'found') THEN 'found' WHEN bool_or(result = 'empty') THEN 'empty'
                WHEN bool_and(result = 'dnd') THEN 'dnd' END AS result
    FROM intake_rows GROUP BY hotel, room, at
)
INSERT INTO minibar_in.check AS c (hotel, room, at, is_timed, person, result, batch)
SELECT hotel, room, at, is_timed, person, result, :batch FROM checks
ON CONFLICT (hotel, room, at) DO UPDATE SET is_timed = excluded.is_timed, person = coalesce(excluded.person, c.person),
    result = CASE WHEN excluded.is_timed AND excluded.result IS NOT NULL THEN excluded.result
                  WHEN 'found' IN (excluded.result, c.result) THEN 'found'
                  ELSE coalesce(excluded.result, c.result) END,
    batch = excluded.batch, written_at = clock_timestamp()

-- name: write_check_lines
-- The products of the checks that were just written, in place of those that were there. Rows of one product add up. Rows
-- that say nothing of what was found, and those without an hour, take nothing away.
WITH gone AS (
    DELETE FROM minibar_in.check_line l USING intake_rows r
    WHERE (l.hotel, l.room, l.at) = (r.hotel, r.room, r.at) AND r.is_timed AND r.result IS NOT NULL
      AND NOT EXISTS (SELECT FROM intake_rows x WHERE (x.hotel, x.room, x.at, x.product) = (l.hotel, l.room, l.at, l.product))
)
INSERT INTO minibar_in.check_line (hotel, room, at, product, consumed, refilled, is_complimentary, price)
SELECT hotel, room, at, product, sum(consumed), sum(refilled), bool_or(is_complimentary), max(price)
FROM intake_rows WHERE product IS NOT NULL GROUP BY hotel, room, at, product
ON CONFLICT (hotel, room, at, product) DO UPDATE SET consumed = excluded.consumed, refilled = excluded.refilled,
    is_complimentary = excluded.is_complimentary, price = excluded.price

-- name: write_movements
-- Movements. Rows that are equal in everything but the units are numbered in the order of the file, so that a later export
-- of the same days finds them again.
INSERT INTO minibar_in.movement AS m (hotel, product, at, kind, units, reference, ordinal, holder, batch)
SELECT hotel, product, at, kind, units, coalesce(reference, ''),
       row_number() OVER (PARTITION BY hotel, product, at, kind, reference ORDER BY line), holder, :batch
FROM intake_rows ORDER BY at, line
ON CONFLICT (hotel, product, at, kind, reference, ordinal) DO UPDATE SET units = excluded.units,
    holder = coalesce(excluded.holder, m.holder), batch = excluded.batch, written_at = clock_timestamp()

-- name: write_orders
-- Orders, new and changed; rows of one product add up.
INSERT INTO minibar_in.order AS o (hotel, number, product, ordered_on, due_on, ordered, received, batch)
SELECT hotel, number, product, min(ordered_on), min(due_on), sum(ordered), sum(received), :batch
FROM intake_rows GROUP BY hotel, number, product
ON CONFLICT (hotel, number, product) DO UPDATE SET ordered_on = excluded.ordered_on,
    due_on = coalesce(excluded.due_on, o.due_on), ordered = excluded.ordered, received = excluded.received,
    batch = excluded.batch

-- name: may_read
-- Whether lists are imported here and this role may see which.
SELECT coalesce(has_table_privilege(to_regclass('minibar_in.batch'), 'SELECT'), false)

-- name: fetch_freshness
-- The last day, and the last import, of each kind of list that a hotel has ever brought, and of how many days there were some.
SELECT h.id AS hotel_id, coalesce(b.hotel, '') AS hotel, b.kind, max(b.day) AS day, max(b.at) AS at,
       count(DISTINCT b.day) AS days
FROM minibar_in.batch b LEFT JOIN minibar_in.hotel h ON h.name = b.hotel
GROUP BY h.id, b.hotel, b.kind ORDER BY 2, b.kind
