-- Source contract for the minibar application: who stayed where. Guest lists, the room tasks made of them, which lists were
-- loaded, and signs on doors.

-- name: source_stays
-- needs: misafir_kayitlari(id, oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati, cikis_tarihi, cikis_saati, kayit_tipi)
-- readers: minibar_ml_operator
-- wants: m: misafir_kayitlari(olusturma_tarihi timestamptz, guncelleme_tarihi timestamptz)
-- Stays that touch a span of days. One stay is listed as arrival, in house and departure, each with the hours that it
-- knows: together they are one row. Sharers stand in several rows of one list: their guests add up; of several lists the
-- greatest number counts.
-- An hour of departure that was written down before it had come is a plan: `departs_at` is the hour at which the guest
-- had left by then, `leaves_at` the one that was planned. Where nobody knows when a row was written, it is a plan.
-- A list that is loaded overwrites the row of the guest before. A row that is older than its stay has been somebody
-- else's: its hours may be the former guest's, they are left out. `rewritten` holds, for each such row, from when to
-- when it said something that we may never have read. A row of arrivals that was made on the day of the arrival has never
-- named anybody else: the list was loaded twice.
-- `named_since` and `named_at` are the first day and the last instant at which a list of guests in house named the stay.
CREATE FUNCTION minibar_ml.source_stays(since date, until date)
RETURNS TABLE (stay_id integer, room_id integer, guests integer, arrives_on date, arrives_at timestamptz,
               departs_on date, departs_at timestamptz, leaves_at timestamptz, is_in_house boolean, is_arrival boolean,
               is_departure boolean, written_at timestamptz, named_since date, named_at timestamptz, rewritten tstzrange[])
LANGUAGE sql STABLE AS $$
    SELECT min(l.id), l.oda_id, greatest(least(max(l.guests), 1000), -1)::integer, l.giris_tarihi,
           (l.giris_tarihi + min(l.arrives))::timestamptz,
           l.cikis_tarihi, (l.cikis_tarihi + max(l.departed))::timestamptz, (l.cikis_tarihi + max(l.departs))::timestamptz,
           bool_or(l.kind = 'in_house'), bool_or(l.kind = 'arrival'), bool_or(l.kind = 'departure'), max(l.written_at),
           min(l.made_on) FILTER (WHERE l.kind = 'in_house'), max(l.written_at) FILTER (WHERE l.kind = 'in_house'),
           coalesce(array_agg(l.rewritten) FILTER (WHERE l.rewritten IS NOT NULL), '{}')
    FROM (
        SELECT min(r.id) AS id, r.oda_id, greatest(r.giris_tarihi, '1900-01-01') AS giris_tarihi,
               least(r.cikis_tarihi, '2200-01-01') AS cikis_tarihi, r.kind, sum(r.misafir_sayisi) AS guests,
               min(r.giris_saati) FILTER (WHERE r.guncelleme_tarihi IS NULL
                                          OR coalesce(r.made_on, '1900-01-01') >= r.giris_tarihi) AS arrives,
               max(r.cikis_saati) FILTER (WHERE r.guncelleme_tarihi IS NULL OR r.made_on >= r.cikis_tarihi) AS departs,
               max(r.cikis_saati) FILTER (WHERE r.made_at >= r.leaves_at
                                          OR (r.made_on >= r.cikis_tarihi AND r.guncelleme_tarihi >= r.leaves_at)) AS departed,
               min(r.made_on) AS made_on, max(coalesce(r.changed_at, r.made_at))::timestamptz AS written_at,
               CASE WHEN bool_or(r.is_rewritten) THEN tstzrange(
                   least(max(r.made_at) FILTER (WHERE r.is_rewritten),
                         min(r.guncelleme_tarihi) FILTER (WHERE r.is_rewritten))::timestamptz,
                   (min(r.guncelleme_tarihi) FILTER (WHERE r.is_rewritten))::timestamptz) END AS rewritten
        FROM (
            SELECT d.*, d.guncelleme_tarihi > d.made_at AND d.made_on <= d.giris_tarihi
                        AND (d.kind <> 'arrival' OR d.made_on < d.giris_tarihi) AS is_rewritten
            FROM (
                SELECT m.id, m.oda_id, m.islem_kodu, m.misafir_sayisi, m.giris_tarihi, m.giris_saati, m.cikis_tarihi,
                       m.cikis_saati, m.kayit_tipi::text AS kind, m.guncelleme_tarihi AS guncelleme_tarihi, x.made_at,
                       x.made_at::date AS made_on, CASE WHEN m.guncelleme_tarihi IS NOT NULL
                                                        THEN greatest(m.guncelleme_tarihi, '1900-01-01') END AS changed_at,
                       least(m.cikis_tarihi, '2200-01-01') + m.cikis_saati AS leaves_at
                FROM source.misafir_kayitlari m
                CROSS JOIN LATERAL (SELECT CASE WHEN m.olusturma_tarihi IS NOT NULL
                                                THEN greatest(m.olusturma_tarihi, '1900-01-01') END) x (made_at)
                WHERE m.giris_tarihi < until AND m.cikis_tarihi >= since
                -- OFFSET 0: computed once for each row, not once for each of the aggregates above.
                OFFSET 0) d OFFSET 0) r
        GROUP BY r.oda_id, r.giris_tarihi, r.cikis_tarihi, r.kind, r.islem_kodu) l
    GROUP BY l.oda_id, l.giris_tarihi, l.cikis_tarihi
$$;

-- name: source_impossible_stays
-- needs: misafir_kayitlari(id, oda_id, misafir_sayisi, giris_tarihi, cikis_tarihi)
-- Rows whose departure is before their arrival, with either in a span of days: nobody knows which of them is right.
CREATE FUNCTION minibar_ml.source_impossible_stays(since date, until date)
RETURNS TABLE (stay_id integer, room_id integer, arrives_on date, departs_on date) LANGUAGE sql STABLE AS $$
    SELECT id, oda_id, least(giris_tarihi, '2200-01-01'), greatest(cikis_tarihi, '1900-01-01')
    FROM source.misafir_kayitlari
    WHERE cikis_tarihi < giris_tarihi AND giris_tarihi >= since AND giris_tarihi < until
    UNION ALL
    SELECT id, oda_id, least(giris_tarihi, '2200-01-01'), greatest(cikis_tarihi, '1900-01-01')
    FROM source.misafir_kayitlari
    WHERE cikis_tarihi < giris_tarihi AND giris_tarihi >= until AND cikis_tarihi >= since AND cikis_tarihi < until
$$;

-- name: source_first_departures
-- needs: misafir_kayitlari(oda_id, giris_tarihi, cikis_tarihi)
-- The first departure on record of each room.
CREATE FUNCTION minibar_ml.source_first_departures()
RETURNS TABLE (room_id integer, departs_on date) LANGUAGE sql STABLE AS $$
    SELECT oda_id, min(cikis_tarihi) FROM source.misafir_kayitlari
    WHERE cikis_tarihi >= giris_tarihi AND giris_tarihi >= '1900-01-01' AND cikis_tarihi < '2200-01-01' GROUP BY oda_id
$$;

-- name: source_kept_stays
-- needs: misafir_kayitlari(id)
-- Those of some list rows that are still there, whatever they say by now.
CREATE FUNCTION minibar_ml.source_kept_stays(ids bigint[])
RETURNS TABLE (stay_id integer) LANGUAGE sql STABLE AS $$
    SELECT id FROM source.misafir_kayitlari WHERE id = ANY (ids)
$$;

-- name: source_room_tasks
-- needs: gunluk_gorevler(id, gorev_tarihi, gorev_tipi), gorev_detaylari(id, gorev_id, oda_id, durum, varis_saati, cikis_saati, kontrol_zamani)
-- The rooms of a day as its lists had them, which outlives the lists: stayed, arrived, left, with the hours known then.
CREATE FUNCTION minibar_ml.source_room_tasks(since date, until date)
RETURNS TABLE (task_id integer, room_id integer, day date, kind text, arrives_at timestamptz, departs_at timestamptz,
               is_done boolean, done_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT d.id, d.oda_id, g.gorev_tarihi,
           CASE g.gorev_tipi::text WHEN 'inhouse_kontrol' THEN 'stay' WHEN 'arrival_kontrol' THEN 'arrival'
                ELSE 'departure' END,
           (g.gorev_tarihi + d.varis_saati)::timestamptz, (g.gorev_tarihi + d.cikis_saati)::timestamptz,
           d.durum::text = 'completed',
           CASE WHEN d.kontrol_zamani BETWEEN '1900-01-01' AND '2200-01-01' THEN d.kontrol_zamani::timestamptz END
    FROM source.gunluk_gorevler g JOIN source.gorev_detaylari d ON d.gorev_id = g.id
    WHERE g.gorev_tipi::text IN ('inhouse_kontrol', 'arrival_kontrol', 'departure_kontrol')
      AND g.gorev_tarihi >= since AND g.gorev_tarihi < until
$$;

-- name: source_uploads
-- needs: yukleme_gorevleri(id, otel_id, gorev_tarihi, dosya_tipi, durum, yukleme_zamani)
-- Which of the three guest lists each hotel has loaded on each day.
CREATE FUNCTION minibar_ml.source_uploads(since date, until date)
RETURNS TABLE (upload_id integer, hotel_id integer, day date, list text, is_loaded boolean, loaded_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT id, otel_id, gorev_tarihi,
           CASE dosya_tipi::text WHEN 'inhouse' THEN 'in_house' ELSE dosya_tipi::text END,
           durum::text = 'completed',
           CASE WHEN yukleme_zamani BETWEEN '1900-01-01' AND '2200-01-01' THEN yukleme_zamani::timestamptz END
    FROM source.yukleme_gorevleri WHERE gorev_tarihi >= since AND gorev_tarihi < until
$$;

-- name: source_list_files
-- needs: dosya_yuklemeleri(id, otel_id, dosya_tipi, yukleme_tarihi, toplam_satir, hatali_satir)
-- wants: f: dosya_yuklemeleri(durum text)
-- Each file of a guest list that was loaded, how many rows it had, and how many of them the application rejected: all of
-- them where it ended in an error, has not been read yet, or has a status that nobody knows. `silindi` is said of the file
-- on the disk alone, whose rows are still there.
CREATE FUNCTION minibar_ml.source_list_files(since date, until date)
RETURNS TABLE (file_id integer, hotel_id integer, list text, loaded_at timestamptz, lines integer, rejected integer)
LANGUAGE sql STABLE AS $$
    SELECT f.id, f.otel_id, f.dosya_tipi::text, f.yukleme_tarihi::timestamptz,
           CASE WHEN r.is_read THEN f.toplam_satir ELSE greatest(f.toplam_satir, 1) END,
           CASE WHEN r.is_read THEN f.hatali_satir ELSE greatest(f.toplam_satir, 1) END
    FROM source.dosya_yuklemeleri f
    CROSS JOIN LATERAL (SELECT coalesce(f.durum::text IN ('yuklendi', 'tamamlandi', 'silindi'), true)) r (is_read)
    WHERE f.yukleme_tarihi >= since AND f.yukleme_tarihi < until
$$;

-- name: source_dnd
-- needs: oda_dnd_kayitlari(id, oda_id, kayit_tarihi, dnd_sayisi, ilk_dnd_zamani, son_dnd_zamani, durum)
-- readers: minibar_ml_operator
-- "Do not disturb" at a room's door: a guest was inside. Knocks of a day, the first and the last.
CREATE FUNCTION minibar_ml.source_dnd(since date, until date)
RETURNS TABLE (dnd_id integer, room_id integer, day date, knocks integer, first_at timestamptz, last_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT id, oda_id, kayit_tarihi, dnd_sayisi,
           CASE WHEN ilk_dnd_zamani BETWEEN '1900-01-01' AND '2200-01-01' THEN ilk_dnd_zamani::timestamptz END,
           CASE WHEN son_dnd_zamani BETWEEN '1900-01-01' AND '2200-01-01' THEN son_dnd_zamani::timestamptz END
    FROM source.oda_dnd_kayitlari
    WHERE kayit_tarihi >= since AND kayit_tarihi < until AND dnd_sayisi > 0 AND durum::text <> 'iptal'
$$;

-- name: source_task_knocks
-- needs: dnd_kontroller(id, gorev_detay_id, kontrol_zamani), gorev_detaylari(id, oda_id)
-- readers: minibar_ml_operator
-- Older notes of "do not disturb", made on the task of a room.
CREATE FUNCTION minibar_ml.source_task_knocks(since timestamptz, until timestamptz)
RETURNS TABLE (knock_id integer, room_id integer, knocked_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT k.id, d.oda_id, k.kontrol_zamani::timestamptz
    FROM source.dnd_kontroller k JOIN source.gorev_detaylari d ON d.id = k.gorev_detay_id
    WHERE k.kontrol_zamani >= since - interval '1 hour' AND k.kontrol_zamani < until + interval '1 hour'
      AND k.kontrol_zamani BETWEEN '1900-01-01' AND '2200-01-01'
      AND k.kontrol_zamani::timestamptz >= since AND k.kontrol_zamani::timestamptz < until
$$;

-- name: source_misdated_stays
-- needs: misafir_kayitlari(id, oda_id, giris_tarihi, cikis_tarihi, kayit_tipi)
-- wants: m: misafir_kayitlari(olusturma_tarihi timestamptz, guncelleme_tarihi timestamptz)
-- Rows of lists of guests in house and of arrivals that lie more than half a year from the day on which they were loaded.
-- The last condition follows from the one before it and spares most rows the cast of their time.
CREATE FUNCTION minibar_ml.source_misdated_stays(since date, until date)
RETURNS TABLE (stay_id integer, room_id integer, arrives_on date, departs_on date, listed_on date)
LANGUAGE sql STABLE AS $$
    SELECT m.id, m.oda_id, m.giris_tarihi, m.cikis_tarihi, x.listed_on
    FROM source.misafir_kayitlari m
    CROSS JOIN LATERAL (SELECT coalesce(m.guncelleme_tarihi, m.olusturma_tarihi) AS written_at) w
    CROSS JOIN LATERAL (SELECT CASE WHEN w.written_at BETWEEN '1900-01-01' AND '2200-01-01'
                                    THEN w.written_at::date END AS listed_on) x
    WHERE m.kayit_tipi::text IN ('in_house', 'arrival')
      AND m.giris_tarihi BETWEEN '1900-01-01' AND '2200-01-01' AND m.cikis_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND m.giris_tarihi >= since - 800 AND m.giris_tarihi < until + 800
      AND x.listed_on >= since AND x.listed_on < until
      AND (m.cikis_tarihi < x.listed_on - 180 OR m.giris_tarihi > x.listed_on + 180)
      AND (m.cikis_tarihi < until - 180 OR m.giris_tarihi > since + 180)
$$;
