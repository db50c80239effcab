-- Source contract for layout A: type names as varchar, naive local timestamps, NULLs anywhere.
--
-- Each function below gives one English-named view of the hotel application's tables. A `needs` line names the
-- table and columns it reads; a `marks` line says by which column and type this layout is recognised.
-- A table is written source.table: `db init` puts the schema where it was found in the place of `source`, so that no
-- search_path can slip in another one. Text is compared as ::text, dates and numbers as what they are: then PostgreSQL's
-- own operators fit exactly, and none that somebody planted in a schema of a caller's search_path fits better.
-- Naive timestamps are the hotel's wall clock, so every connection of ours sets TimeZone to ML_TIMEZONE.
-- Time bounds are turned into naive ones, which keeps the base tables' indexes in use; one hour on either side
-- covers the clock change in autumn, when a local hour happens twice, and the exact bound is applied after it.
-- marks: minibar_islemleri.islem_tarihi timestamp without time zone

-- name: source_hotels
-- needs: oteller(id, ad, aktif)
CREATE FUNCTION minibar_ml.source_hotels()
RETURNS TABLE (hotel_id integer, name text, is_active boolean) LANGUAGE sql STABLE AS $$
    SELECT id, ad::text, coalesce(aktif, true) FROM source.oteller
$$;

-- name: source_rooms
-- needs: odalar(id, kat_id, oda_no, oda_tipi_id, aktif), katlar(id, otel_id, kat_adi), oda_tipleri(id, ad)
CREATE FUNCTION minibar_ml.source_rooms()
RETURNS TABLE (room_id integer, hotel_id integer, floor_name text, room_name text, room_type text, is_active boolean)
LANGUAGE sql STABLE AS $$
    SELECT r.id, f.otel_id, f.kat_adi::text, r.oda_no::text, t.ad::text, coalesce(r.aktif, true)
    FROM source.odalar r JOIN source.katlar f ON f.id = r.kat_id LEFT JOIN source.oda_tipleri t ON t.id = r.oda_tipi_id
$$;

-- name: source_products
-- needs: urunler(id, urun_adi, kritik_stok_seviyesi, aktif, satis_fiyati, alis_fiyati)
CREATE FUNCTION minibar_ml.source_products()
RETURNS TABLE (product_id integer, name text, critical_units integer, is_active boolean,
               sale_price numeric, purchase_price numeric)
LANGUAGE sql STABLE AS $$
    SELECT id, urun_adi::text, kritik_stok_seviyesi, coalesce(aktif, true), satis_fiyati, alis_fiyati FROM source.urunler
$$;

-- name: source_users
-- needs: kullanicilar(id, kullanici_adi, ad, soyad, rol, aktif, otel_id)
CREATE FUNCTION minibar_ml.source_users()
RETURNS TABLE (user_id integer, login text, name text, role text, is_active boolean, hotel_id integer)
LANGUAGE sql STABLE AS $$
    SELECT id, kullanici_adi::text, ad::text || ' ' || soyad::text, rol::text, coalesce(aktif, true), otel_id
    FROM source.kullanicilar
$$;

-- name: source_recipients
-- needs: kullanicilar(id, kullanici_adi, email, rol, aktif, otel_id), kullanici_otel(kullanici_id, otel_id)
-- Who uses the application, by which address they are reached, and the hotels they serve: their own and those linked.
CREATE FUNCTION minibar_ml.source_recipients()
RETURNS TABLE (user_id integer, login text, role text, email text, is_active boolean, hotels integer[])
LANGUAGE sql STABLE AS $$
    SELECT u.id, u.kullanici_adi::text, u.rol::text, u.email::text, coalesce(u.aktif, true),
           ARRAY(SELECT u.otel_id WHERE u.otel_id IS NOT NULL
                 UNION SELECT l.otel_id FROM source.kullanici_otel l WHERE l.kullanici_id = u.id ORDER BY 1)
    FROM source.kullanicilar u
$$;

-- name: source_stock_movements
-- needs: stok_hareketleri(id, urun_id, hareket_tipi, miktar, islem_tarihi)
CREATE FUNCTION minibar_ml.source_stock_movements(since timestamptz, until timestamptz)
RETURNS TABLE (movement_id integer, product_id integer, kind text, units integer, signed_units integer,
               moved_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT id, urun_id, hareket_tipi::text, miktar,
           CASE hareket_tipi::text WHEN 'giris' THEN miktar WHEN 'devir' THEN miktar WHEN 'sayim' THEN miktar
                WHEN 'cikis' THEN -miktar WHEN 'fire' THEN -miktar WHEN 'transfer' THEN 0 END,
           islem_tarihi AT TIME ZONE current_setting('TimeZone')
    FROM source.stok_hareketleri
    WHERE islem_tarihi >= (since AT TIME ZONE current_setting('TimeZone')) - interval '1 hour'
      AND islem_tarihi < (until AT TIME ZONE current_setting('TimeZone')) + interval '1 hour'
      AND islem_tarihi AT TIME ZONE current_setting('TimeZone') >= since
      AND islem_tarihi AT TIME ZONE current_setting('TimeZone') < until
$$;

-- name: source_visits
-- needs: minibar_islemleri(id, oda_id, personel_id, islem_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_visits(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id integer, room_id integer, attendant_id integer, kind text, visited_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT id, oda_id, personel_id, islem_tipi::text, islem_tarihi AT TIME ZONE current_setting('TimeZone')
    FROM source.minibar_islemleri
    WHERE islem_tarihi >= (since AT TIME ZONE current_setting('TimeZone')) - interval '1 hour'
      AND islem_tarihi < (until AT TIME ZONE current_setting('TimeZone')) + interval '1 hour'
      AND islem_tarihi AT TIME ZONE current_setting('TimeZone') >= since
      AND islem_tarihi AT TIME ZONE current_setting('TimeZone') < until
$$;

-- name: source_previous_visits
-- needs: minibar_islemleri(id, oda_id, islem_tarihi), odalar(id)
-- The last visit of every room before an instant: one index probe a room.
CREATE FUNCTION minibar_ml.source_previous_visits(before timestamptz)
RETURNS TABLE (room_id integer, visited_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT r.id, v.islem_tarihi AT TIME ZONE current_setting('TimeZone')
    FROM source.odalar r CROSS JOIN LATERAL (
        SELECT m.islem_tarihi FROM source.minibar_islemleri m
        WHERE m.oda_id = r.id AND m.islem_tarihi < (before AT TIME ZONE current_setting('TimeZone'))
        ORDER BY m.islem_tarihi DESC LIMIT 1) v
$$;

-- name: source_visit_lines
-- needs: minibar_islem_detay(islem_id, urun_id, tuketim, eklenen_miktar, ekstra_miktar), minibar_islemleri(id, oda_id, islem_tarihi)
CREATE FUNCTION minibar_ml.source_visit_lines(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id integer, room_id integer, visited_at timestamptz, product_id integer,
               consumed integer, refilled integer, extra integer)
LANGUAGE sql STABLE AS $$
    SELECT m.id, m.oda_id, m.islem_tarihi AT TIME ZONE current_setting('TimeZone'), d.urun_id,
           coalesce(d.tuketim, 0), coalesce(d.eklenen_miktar, 0), coalesce(d.ekstra_miktar, 0)
    FROM source.minibar_islemleri m JOIN source.minibar_islem_detay d ON d.islem_id = m.id
    WHERE m.islem_tarihi >= (since AT TIME ZONE current_setting('TimeZone')) - interval '1 hour'
      AND m.islem_tarihi < (until AT TIME ZONE current_setting('TimeZone')) + interval '1 hour'
      AND m.islem_tarihi AT TIME ZONE current_setting('TimeZone') >= since
      AND m.islem_tarihi AT TIME ZONE current_setting('TimeZone') < until
$$;

-- name: source_stays
-- needs: misafir_kayitlari(id, oda_id, misafir_sayisi, giris_tarihi, giris_saati, cikis_tarihi, cikis_saati)
-- Stays that touch a span of days. One stay is listed as arrival, in house and departure, each with the hours that it
-- knows: together they are one row. Where no list knows the hour the whole day counts as the guest's.
CREATE FUNCTION minibar_ml.source_stays(since date, until date)
RETURNS TABLE (stay_id integer, room_id integer, guests integer, arrives_on date, arrives_at timestamptz,
               departs_on date, departs_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT min(id), oda_id, misafir_sayisi, giris_tarihi,
           (giris_tarihi + coalesce(min(giris_saati), time '00:00')) AT TIME ZONE current_setting('TimeZone'),
           cikis_tarihi,
           (cikis_tarihi + coalesce(max(cikis_saati), time '24:00')) AT TIME ZONE current_setting('TimeZone')
    FROM source.misafir_kayitlari WHERE giris_tarihi < until AND cikis_tarihi >= since
    GROUP BY oda_id, misafir_sayisi, giris_tarihi, cikis_tarihi
$$;

-- name: source_refill_requests
-- needs: minibar_dolum_talepleri(id, oda_id, talep_tarihi, durum, tamamlanma_tarihi)
-- Refused and cancelled requests wait for nobody and are left out.
CREATE FUNCTION minibar_ml.source_refill_requests(since timestamptz, until timestamptz)
RETURNS TABLE (request_id integer, room_id integer, requested_at timestamptz, completed_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT id, oda_id, talep_tarihi AT TIME ZONE current_setting('TimeZone'),
           tamamlanma_tarihi AT TIME ZONE current_setting('TimeZone')
    FROM source.minibar_dolum_talepleri
    WHERE durum::text NOT IN ('reddedildi', 'iptal')
      AND talep_tarihi AT TIME ZONE current_setting('TimeZone') >= since
      AND talep_tarihi AT TIME ZONE current_setting('TimeZone') < until
$$;

-- name: source_custody
-- needs: personel_zimmet(id, personel_id, zimmet_tarihi, iade_tarihi, durum), personel_zimmet_detay(zimmet_id, urun_id, miktar, kullanilan_miktar, kalan_miktar, iade_edilen_miktar), kullanicilar(id, otel_id)
-- Custody counts on the day of its return, or while it is open on the day it was handed out, if what is left is on
-- record. Cancelled custody never took place.
CREATE FUNCTION minibar_ml.source_custody(since timestamptz, until timestamptz)
RETURNS TABLE (custody_id integer, hotel_id integer, attendant_id integer, product_id integer, counted_at timestamptz,
               handed_out integer, used integer, remaining integer, returned integer)
LANGUAGE sql STABLE AS $$
    SELECT z.id, u.otel_id, z.personel_id, d.urun_id,
           coalesce(z.iade_tarihi, z.zimmet_tarihi) AT TIME ZONE current_setting('TimeZone'),
           d.miktar, coalesce(d.kullanilan_miktar, 0), coalesce(d.kalan_miktar, 0), coalesce(d.iade_edilen_miktar, 0)
    FROM source.personel_zimmet z JOIN source.personel_zimmet_detay d ON d.zimmet_id = z.id
    JOIN source.kullanicilar u ON u.id = z.personel_id
    WHERE z.durum::text IS DISTINCT FROM 'iptal'
      AND (z.iade_tarihi IS NOT NULL OR d.kalan_miktar IS NOT NULL)
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi) AT TIME ZONE current_setting('TimeZone') >= since
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi) AT TIME ZONE current_setting('TimeZone') < until
$$;

-- What is new in each table since an id that collect has seen: how many rows, from when on, and which of them can't
-- be used: rows without a time, older than `not_before`, after this very moment, or of a kind nobody told us of.

-- name: source_new_stock_movements
-- needs: stok_hareketleri(id, hareket_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_new_stock_movements(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*), min(at) FILTER (WHERE at >= not_before), count(*) FILTER (WHERE at IS NULL),
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now()),
           pg_catalog.array_agg(DISTINCT kind) FILTER (WHERE kind NOT IN ('giris', 'cikis', 'transfer', 'devir', 'sayim', 'fire'))
    FROM (SELECT id, hareket_tipi::text AS kind, islem_tarihi AT TIME ZONE current_setting('TimeZone') AS at FROM source.stok_hareketleri WHERE id > after) t
$$;

-- name: source_new_visits
-- needs: minibar_islemleri(id, islem_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_new_visits(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*), min(at) FILTER (WHERE at >= not_before), count(*) FILTER (WHERE at IS NULL),
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now()),
           pg_catalog.array_agg(DISTINCT kind) FILTER (WHERE kind NOT IN (
               'ilk_dolum', 'yeniden_dolum', 'eksik_tamamlama', 'sayim', 'duzeltme', 'kontrol', 'doldurma', 'ek_dolum',
               'setup_kontrol', 'ekstra_ekleme', 'ekstra_tuketim'))
    FROM (SELECT id, islem_tipi::text AS kind, islem_tarihi AT TIME ZONE current_setting('TimeZone') AS at FROM source.minibar_islemleri WHERE id > after) t
$$;

-- name: source_new_visit_lines
-- needs: minibar_islem_detay(id, islem_id), minibar_islemleri(id, islem_tarihi)
CREATE FUNCTION minibar_ml.source_new_visit_lines(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*), min(at) FILTER (WHERE at >= not_before), 0::bigint, 0::bigint, 0::bigint, NULL::text[]
    FROM (SELECT d.id, m.islem_tarihi AT TIME ZONE current_setting('TimeZone') AS at
          FROM source.minibar_islem_detay d JOIN source.minibar_islemleri m ON m.id = d.islem_id WHERE d.id > after) t
$$;

-- name: source_new_stays
-- needs: misafir_kayitlari(id, giris_tarihi)
CREATE FUNCTION minibar_ml.source_new_stays(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*), min(at) FILTER (WHERE at >= not_before), count(*) FILTER (WHERE at IS NULL),
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now() + interval '2 years'), NULL::text[]
    FROM (SELECT id, giris_tarihi::timestamptz AS at FROM source.misafir_kayitlari WHERE id > after) t
$$;
