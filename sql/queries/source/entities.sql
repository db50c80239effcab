-- What found entities are called, and what products cost.

-- name: rooms
-- Names of rooms, and whether they are closed.
SELECT room_id AS id, room_name AS name, NOT is_active AS is_closed FROM source_rooms() WHERE room_id = ANY(:ids)

-- name: attendants
-- Names of attendants, or what the hotel wants in their place.
SELECT user_id AS id, name, false AS is_closed FROM staff() WHERE user_id = ANY(:ids)

-- name: hotels
-- Names of hotels, and whether they are closed.
SELECT hotel_id AS id, name, NOT is_active AS is_closed FROM source_hotels() WHERE hotel_id = ANY(:ids)

-- name: names
-- Names of rooms, attendants, all hotels and all products together, where all of them can be read, which rooms and hotels
-- are closed (a hotel also where none of its rooms is in use), and what products cost.
SELECT 'room' AS kind, room_id AS id, room_name AS name, NOT is_active AS is_closed,
       CAST(NULL AS numeric) AS sale_price, CAST(NULL AS numeric) AS purchase_price
FROM source_rooms() WHERE room_id = ANY(:rooms)
UNION ALL
SELECT 'attendant', user_id, name, false, NULL, NULL
FROM staff() WHERE user_id = ANY(:attendants)
UNION ALL
SELECT 'product', product_id, name, false, sale_price, purchase_price FROM source_products()
UNION ALL
SELECT 'hotel', hotel_id, name, NOT is_active OR hotel_id NOT IN (
           SELECT hotel_id FROM source_rooms() WHERE is_active AND hotel_id IS NOT NULL), NULL, NULL
FROM source_hotels()

-- name: products
-- Names and prices of all products: there are tens of them, and what was found in a room names several.
SELECT product_id AS id, name, false AS is_closed, sale_price, purchase_price FROM source_products()

-- name: retired_products
-- Products that are taken out of the range.
SELECT product_id FROM source_products() WHERE NOT is_active

-- name: found_products
-- Which products were found, by metric, hotel, entity and day, what they were sold for where that is on record (units and
-- amount), and what the room holds of those of which more was entered; of a product's day the rooms where that is so.
SELECT m.metric_type, m.hotel_id, m.entity_id, m.business_date, m.context -> 'products' AS products,
       CASE WHEN m.metric_type = 'product_consumption' AND jsonb_exists(m.context, 'charged')
            THEN jsonb_build_object(m.entity_id, m.context -> 'charged') ELSE m.context -> 'charged' END AS charged,
       m.context -> 'holds' AS holds, m.context -> 'over_rooms' AS over_rooms
FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS f (
    metric text, hotel_id integer, entity_id integer, entity_type text, day date)
JOIN ml_metrics m
  ON m.metric_type = f.metric AND m.hotel_id = f.hotel_id AND m.entity_type = f.entity_type
 AND m.entity_id = f.entity_id AND m.business_date = f.day
WHERE m.observed_at >= :since AND m.observed_at < :until
  AND jsonb_exists_any(m.context, '{products,charged,over_rooms}')

-- name: floors
-- The floor of every room.
SELECT room_id AS id, floor_name AS name FROM source_rooms()

-- name: rooms_of_hotel
-- Name and floor of each room of a hotel.
SELECT room_id AS id, room_name AS name, floor_name AS floor FROM source_rooms() WHERE hotel_id = :hotel_id
