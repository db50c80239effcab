-- Source contract for the minibar application: what attendants did in rooms.
--
-- The application writes most visits as one row a product, seconds apart; `collect` joins them. What was put in
-- (eklenen_miktar) is right; tuketim is right only where a person counted or typed it.

-- name: source_visit_kinds
-- What each kind of visit row says: `checked`, somebody looked into the minibar; `filled`, something was put in and what
-- was missing before is not on record; `noted`, what a guest had asked for as an extra was used up, which the office may
-- enter hours after the guest has left. Another word is unknown.
CREATE FUNCTION minibar_ml.source_visit_kinds()
RETURNS TABLE (kind text, says text) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('setup_kontrol', 'checked'), ('sarfiyat_yok', 'checked'), ('ekstra_ekleme', 'checked'),
           ('ekstra_tuketim', 'noted'), ('kontrol', 'checked'), ('yeniden_dolum', 'checked'),
           ('eksik_tamamlama', 'checked'), ('ek_dolum', 'checked'), ('sayim', 'checked'), ('duzeltme', 'checked'),
           ('ilk_dolum', 'checked'), ('doldurma', 'filled'), ('setup_disi_ekleme', 'filled')
$$;

-- name: source_visits
-- needs: minibar_islemleri(id, oda_id, personel_id, islem_tipi, islem_tarihi)
-- Rows of visits, several of which may be one visit. An unknown kind is not a check; a note is no visit of its own.
CREATE FUNCTION minibar_ml.source_visits(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id integer, room_id integer, attendant_id integer, kind text, visited_at timestamptz, is_check boolean)
LANGUAGE sql STABLE AS $$
    SELECT m.id, m.oda_id, m.personel_id, CASE k.says WHEN 'noted' THEN 'note' ELSE m.islem_tipi::text END,
           m.islem_tarihi::timestamptz, coalesce(k.says = 'checked', false)
    FROM source.minibar_islemleri m LEFT JOIN minibar_ml.source_visit_kinds() k ON k.kind = m.islem_tipi::text
    WHERE m.islem_tarihi >= since - interval '1 hour' AND m.islem_tarihi < until + interval '1 hour'
      AND m.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND m.islem_tarihi::timestamptz >= since AND m.islem_tarihi::timestamptz < until
$$;

-- name: source_previous_visits
-- needs: minibar_islemleri(id, oda_id, islem_tipi, islem_tarihi), odalar(id)
-- The last visit row of every room before an instant, notes aside: one index probe a room.
CREATE FUNCTION minibar_ml.source_previous_visits(before timestamptz)
RETURNS TABLE (room_id integer, visited_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT r.id, v.islem_tarihi::timestamptz
    FROM source.odalar r CROSS JOIN LATERAL (
        SELECT m.islem_tarihi FROM source.minibar_islemleri m
        WHERE m.oda_id = r.id AND m.islem_tarihi < before AND m.islem_tarihi >= '1900-01-01'
          AND m.islem_tipi::text <> 'ekstra_tuketim'
        ORDER BY m.islem_tarihi DESC LIMIT 1) v
$$;

-- name: source_visit_lines
-- needs: minibar_islem_detay(islem_id, urun_id, tuketim, eklenen_miktar, ekstra_miktar), minibar_islemleri(id, oda_id, islem_tarihi, islem_tipi)
-- Units of each product found consumed and put in. On a setup check what was put in was missing, and tuketim is not to
-- be relied on. A first fill, and goods outside the setup, replace nothing. A bulk fill (doldurma) says what it put in and
-- not why: consumed is NULL, unknown, unless somebody counted. So it is under a kind that nobody knows. An extra stands
-- in two columns: the greater is what was put in.
CREATE FUNCTION minibar_ml.source_visit_lines(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id integer, room_id integer, visited_at timestamptz, product_id integer,
               consumed numeric, refilled numeric)
LANGUAGE sql STABLE AS $$
    SELECT m.id, m.oda_id, m.islem_tarihi::timestamptz, d.urun_id,
           (CASE WHEN k.says IS NULL THEN NULL
                 WHEN k.kind = 'setup_kontrol' THEN coalesce(d.eklenen_miktar, d.tuketim)
                 WHEN k.kind IN ('ilk_dolum', 'setup_disi_ekleme') THEN 0
                 WHEN k.kind = 'doldurma' THEN nullif(d.tuketim, 0)
                 WHEN k.kind = 'yeniden_dolum' THEN coalesce(d.tuketim, d.eklenen_miktar)
                 ELSE coalesce(d.tuketim, 0) END)::numeric,
           (CASE WHEN k.kind = 'ekstra_ekleme' AND coalesce(d.eklenen_miktar, 0) = coalesce(d.ekstra_miktar, 0)
                 THEN coalesce(d.ekstra_miktar, 0)
                 ELSE coalesce(d.eklenen_miktar, 0)::numeric + coalesce(d.ekstra_miktar, 0)::numeric END)::numeric
    FROM source.minibar_islemleri m JOIN source.minibar_islem_detay d ON d.islem_id = m.id
    LEFT JOIN minibar_ml.source_visit_kinds() k ON k.kind = m.islem_tipi::text
    WHERE m.islem_tarihi >= since - interval '1 hour' AND m.islem_tarihi < until + interval '1 hour'
      AND m.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND m.islem_tarihi::timestamptz >= since AND m.islem_tarihi::timestamptz < until
$$;

-- name: source_controls
-- needs: oda_kontrol_kayitlari(id, oda_id, personel_id, baslangic_zamani, bitis_zamani, kontrol_tipi)
-- readers: minibar_ml_operator
-- An attendant's minutes in a room, where both ends are on record. The record that a day leaves open says nothing: its
-- kind is then the column's default. is_empty_check: the attendant found nothing missing. is_knock: a sign "do not
-- disturb" kept the attendant out.
CREATE FUNCTION minibar_ml.source_controls(since timestamptz, until timestamptz)
RETURNS TABLE (control_id integer, room_id integer, attendant_id integer, began_at timestamptz, ended_at timestamptz,
               is_empty_check boolean, is_knock boolean)
LANGUAGE sql STABLE AS $$
    SELECT c.id, c.oda_id, c.personel_id,
           CASE WHEN c.baslangic_zamani BETWEEN '1900-01-01' AND '2200-01-01' THEN c.baslangic_zamani::timestamptz END,
           c.bitis_zamani::timestamptz,
           c.kontrol_tipi::text = 'sarfiyat_yok', c.kontrol_tipi::text = 'dnd'
    FROM source.oda_kontrol_kayitlari c
    WHERE c.bitis_zamani >= since - interval '1 hour' AND c.bitis_zamani < until + interval '1 hour'
      AND c.bitis_zamani BETWEEN '1900-01-01' AND '2200-01-01'
      AND c.bitis_zamani::timestamptz >= since AND c.bitis_zamani::timestamptz < until
$$;

-- name: source_previous_controls
-- needs: oda_kontrol_kayitlari(oda_id, kontrol_tarihi, bitis_zamani, kontrol_tipi), odalar(id)
-- The last empty check of every room before an instant, of the 60 days before it: all of them at once, since for each room
-- by itself PostgreSQL would go through those of the others.
CREATE FUNCTION minibar_ml.source_previous_controls(before timestamptz)
RETURNS TABLE (room_id integer, ended_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT c.oda_id, max(c.bitis_zamani)::timestamptz
    FROM source.oda_kontrol_kayitlari c JOIN source.odalar r ON r.id = c.oda_id
    WHERE c.kontrol_tipi::text = 'sarfiyat_yok' AND c.bitis_zamani < before AND c.kontrol_tarihi >= before::date - 60
      AND c.bitis_zamani >= before - interval '61 days'
    GROUP BY c.oda_id
$$;

-- name: source_refill_requests
-- needs: minibar_dolum_talepleri(id, oda_id, talep_tarihi, durum, tamamlanma_tarihi)
-- Requests that wait or were answered. Refused and cancelled ones wait for nobody, and what a word that nobody knows
-- means is unknown: they are left out. The application writes the answer as UTC without a zone; a session of the zone
-- Europe/Nicosia then keeps it, two or three hours early. So it is read back, unless the answers on record show that
-- they are right: nobody answers before being asked.
CREATE FUNCTION minibar_ml.source_refill_requests(since timestamptz, until timestamptz)
RETURNS TABLE (request_id integer, room_id integer, requested_at timestamptz, is_answered boolean,
               answered_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT q.id, q.oda_id, q.talep_tarihi::timestamptz, q.durum::text = 'tamamlandi',
           CASE WHEN q.durum::text <> 'tamamlandi' OR q.tamamlanma_tarihi NOT BETWEEN '1900-01-01' AND '2200-01-01' THEN NULL
                WHEN w.as_utc AND pg_typeof(q.tamamlanma_tarihi)::text = 'timestamp without time zone'
                    THEN q.tamamlanma_tarihi::timestamp AT TIME ZONE 'UTC'
                WHEN w.as_utc
                    THEN (q.tamamlanma_tarihi::timestamptz AT TIME ZONE 'Europe/Nicosia') AT TIME ZONE 'UTC'
                ELSE q.tamamlanma_tarihi::timestamptz END
    FROM source.minibar_dolum_talepleri q CROSS JOIN (
        SELECT coalesce(10 * count(*) FILTER (WHERE l.tamamlanma_tarihi < l.talep_tarihi) >= count(*), true) AS as_utc
        FROM (SELECT a.tamamlanma_tarihi, a.talep_tarihi FROM source.minibar_dolum_talepleri a
              WHERE a.durum::text = 'tamamlandi' AND a.tamamlanma_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
                AND a.talep_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
              ORDER BY a.id DESC LIMIT 500) l) w
    WHERE q.durum::text IN ('beklemede', 'onaylandi', 'tamamlandi')
      AND q.talep_tarihi >= since - interval '1 hour' AND q.talep_tarihi < until + interval '1 hour'
      AND q.talep_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND q.talep_tarihi::timestamptz >= since AND q.talep_tarihi::timestamptz < until
$$;
