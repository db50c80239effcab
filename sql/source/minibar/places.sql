-- Source contract for the minibar application: hotels, rooms, products, people.
--
-- Each function of this folder gives one English-named view of the application's tables. A table is written source.table.
-- Comment lines that the program reads:
--   marks: columns whose tables say that this application is there
--   needs: the tables and columns without which the function can't be used
--   wants: columns that one version lacks, by the alias that the text reads them under; where one is missing, `db init`
--          puts NULL of that type in its place
--   readers: the group of people's roles that may read these tables; the jobs may read all
--
-- One text reads every version. Timestamps are cast to timestamptz: a naive one is the hotel's wall clock, and every
-- connection of ours sets TimeZone to ML_TIMEZONE. They are compared as they stand, which keeps the tables' indexes in
-- use: an hour on either side covers the clock change in autumn, when a local hour happens twice, and the exact bound is
-- applied after it. Enumerations and names are compared as text.
--
-- A column may hold whatever its type allows: 'infinity', the year 20226, NaN, the greatest integer. A time or date outside
-- 1900 to 2200 is a typing error. It is compared as it stands, which can't fail, and only then cast or added to; sums and
-- differences are numeric. PostgreSQL tries the cheapest condition first, whatever their order: a comparison with a constant
-- comes before one with a cast. So a value that can't be right takes out its own row, never a run.
-- marks: odalar.oda_no, minibar_islemleri.islem_tarihi

-- name: source_hotels
-- needs: oteller(id, ad, aktif)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_hotels()
RETURNS TABLE (hotel_id integer, name text, is_active boolean) LANGUAGE sql STABLE AS $$
    SELECT id, ad::text, coalesce(aktif, true) FROM source.oteller
$$;

-- name: source_rooms
-- needs: odalar(id, kat_id, oda_no, oda_tipi_id, aktif), katlar(id, otel_id, kat_adi), oda_tipleri(id, ad)
-- wants: f: katlar(aktif boolean)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_rooms()
RETURNS TABLE (room_id integer, hotel_id integer, floor_name text, room_name text, room_type text, is_active boolean)
LANGUAGE sql STABLE AS $$
    SELECT r.id, f.otel_id, f.kat_adi::text, r.oda_no::text, t.ad::text, coalesce(r.aktif, true) AND coalesce(f.aktif, true)
    FROM source.odalar r JOIN source.katlar f ON f.id = r.kat_id LEFT JOIN source.oda_tipleri t ON t.id = r.oda_tipi_id
$$;

-- name: source_products
-- needs: urunler(id, urun_adi, kritik_stok_seviyesi, aktif, satis_fiyati, alis_fiyati)
-- readers: minibar_ml_viewer
CREATE FUNCTION minibar_ml.source_products()
RETURNS TABLE (product_id integer, name text, critical_units integer, is_active boolean,
               sale_price numeric, purchase_price numeric)
LANGUAGE sql STABLE AS $$
    SELECT id, urun_adi::text, kritik_stok_seviyesi, coalesce(aktif, true),
           CASE WHEN satis_fiyati::numeric BETWEEN 0.0 AND 1e9 THEN satis_fiyati END,
           CASE WHEN alis_fiyati::numeric BETWEEN 0.0 AND 1e9 THEN alis_fiyati END FROM source.urunler
$$;

-- name: source_users
-- needs: kullanicilar(id, kullanici_adi, ad, soyad, rol, aktif, otel_id)
-- readers: minibar_ml_operator
-- A superadmin passes every check of the application: an administrator of all hotels.
CREATE FUNCTION minibar_ml.source_users()
RETURNS TABLE (user_id integer, login text, name text, role text, is_active boolean, hotel_id integer)
LANGUAGE sql STABLE AS $$
    SELECT id, kullanici_adi::text, ad::text || ' ' || soyad::text,
           CASE rol::text WHEN 'superadmin' THEN 'admin' ELSE rol::text END, coalesce(aktif, true),
           CASE WHEN rol::text <> 'superadmin' THEN otel_id END
    FROM source.kullanicilar
$$;

-- name: source_recipients
-- needs: kullanicilar(id, kullanici_adi, email, rol, aktif, otel_id), kullanici_otel(kullanici_id, otel_id)
-- readers: minibar_ml_operator
-- Who uses the application, by which address they are reached, and the hotels they serve: their own and those linked.
CREATE FUNCTION minibar_ml.source_recipients()
RETURNS TABLE (user_id integer, login text, role text, email text, is_active boolean, hotels integer[])
LANGUAGE sql STABLE AS $$
    SELECT u.id, u.kullanici_adi::text, CASE u.rol::text WHEN 'superadmin' THEN 'admin' ELSE u.rol::text END,
           u.email::text, coalesce(u.aktif, true),
           ARRAY(SELECT u.otel_id WHERE u.otel_id IS NOT NULL AND u.rol::text <> 'superadmin'
                 UNION SELECT l.otel_id FROM source.kullanici_otel l WHERE l.kullanici_id = u.id ORDER BY 1)
    FROM source.kullanicilar u
$$;
