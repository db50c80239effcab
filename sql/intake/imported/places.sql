-- Source contract for lists imported from files: hotels, rooms, products, people. See sql/source/minibar/places.sql for the
-- comment lines. The tables are the program's own (sql/intake/migrations), so no column of theirs holds what can't be:
-- constraints say what dates and units may be.
-- schema: minibar_in
-- marks: night.night, batch.sha256

-- name: source_hotels
-- needs: hotel(id, name, is_active)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_hotels()
RETURNS TABLE (hotel_id integer, name text, is_active boolean) LANGUAGE sql STABLE AS $$
    SELECT id, name, is_active FROM source.hotel
$$;

-- name: source_rooms
-- needs: room(id, hotel, number, floor, type, is_active), hotel(id, name)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_rooms()
RETURNS TABLE (room_id integer, hotel_id integer, floor_name text, room_name text, room_type text, is_active boolean)
LANGUAGE sql STABLE AS $$
    SELECT r.id, h.id, r.floor, r.number, r.type, r.is_active FROM source.room r JOIN source.hotel h ON h.name = r.hotel
$$;

-- name: source_products
-- needs: product(id, name, critical_units, is_active, sale_price, purchase_price)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_products()
RETURNS TABLE (product_id integer, name text, critical_units integer, is_active boolean,
               sale_price numeric, purchase_price numeric)
LANGUAGE sql STABLE AS $$
    SELECT id, name, critical_units, is_active, sale_price, purchase_price FROM source.product
$$;

-- name: source_users
-- needs: person(id, login, name, role, is_active, hotel), hotel(id, name)
-- readers: minibar_ml_operator
CREATE FUNCTION minibar_ml.source_users()
RETURNS TABLE (user_id integer, login text, name text, role text, is_active boolean, hotel_id integer)
LANGUAGE sql STABLE AS $$
    SELECT p.id, p.login, p.name,
           CASE p.role WHEN 'administrator' THEN 'admin' WHEN 'storekeeper' THEN 'depo_sorumlusu' ELSE p.role END,
           p.is_active, h.id
    FROM source.person p LEFT JOIN source.hotel h ON h.name = p.hotel
$$;

-- name: source_recipients
-- needs: person(id, login, role, email, is_active, hotel), hotel(id, name)
-- readers: minibar_ml_operator
CREATE FUNCTION minibar_ml.source_recipients()
RETURNS TABLE (user_id integer, login text, role text, email text, is_active boolean, hotels integer[])
LANGUAGE sql STABLE AS $$
    SELECT p.id, p.login,
           CASE p.role WHEN 'administrator' THEN 'admin' WHEN 'storekeeper' THEN 'depo_sorumlusu' ELSE p.role END,
           p.email, p.is_active, ARRAY(SELECT h.id FROM source.hotel h WHERE h.name = p.hotel)
    FROM source.person p
$$;
