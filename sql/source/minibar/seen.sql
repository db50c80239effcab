-- Source contract for the minibar application: what `db check` shows of each part. How many rows there are, the newest
-- one's time, and the words of a kind, status or role that nobody knows, with their rows; NULL where there is none.

-- name: source_seen_rooms
-- needs: odalar(id)
CREATE FUNCTION minibar_ml.source_seen_rooms()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), NULL::timestamptz,
           NULL::jsonb
    FROM source.odalar
$$;

-- name: source_seen_products
-- needs: urunler(id)
CREATE FUNCTION minibar_ml.source_seen_products()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), NULL::timestamptz,
           NULL::jsonb
    FROM source.urunler
$$;

-- name: source_seen_users
-- needs: kullanicilar(id, rol)
CREATE FUNCTION minibar_ml.source_seen_users()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), NULL::timestamptz,
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT rol::text AS word, count(*) AS n FROM source.kullanicilar GROUP BY 1) w
            WHERE w.word NOT IN ('superadmin', 'sistem_yoneticisi', 'admin', 'depo_sorumlusu', 'kat_sorumlusu'))
    FROM source.kullanicilar
$$;

-- name: source_seen_visits
-- needs: minibar_islemleri(id, islem_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_seen_visits()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(islem_tarihi::timestamptz) FILTER (WHERE islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT islem_tipi::text AS word, count(*) AS n FROM source.minibar_islemleri GROUP BY 1) w
            WHERE w.word NOT IN (SELECT k.kind FROM minibar_ml.source_visit_kinds() k))
    FROM source.minibar_islemleri
$$;

-- name: source_seen_controls
-- needs: oda_kontrol_kayitlari(id, kontrol_tipi, bitis_zamani)
CREATE FUNCTION minibar_ml.source_seen_controls()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(bitis_zamani::timestamptz) FILTER (WHERE bitis_zamani BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT kontrol_tipi::text AS word, count(*) AS n FROM source.oda_kontrol_kayitlari GROUP BY 1) w
            WHERE w.word NOT IN ('sarfiyat_yok', 'urun_eklendi', 'dnd'))
    FROM source.oda_kontrol_kayitlari
$$;

-- name: source_seen_stays
-- needs: misafir_kayitlari(id, kayit_tipi, giris_tarihi)
CREATE FUNCTION minibar_ml.source_seen_stays()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(giris_tarihi::timestamptz) FILTER (WHERE giris_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT kayit_tipi::text AS word, count(*) AS n FROM source.misafir_kayitlari GROUP BY 1) w
            WHERE w.word NOT IN ('in_house', 'arrival', 'departure'))
    FROM source.misafir_kayitlari
$$;

-- name: source_seen_uploads
-- needs: yukleme_gorevleri(id, gorev_tarihi, dosya_tipi, durum, yukleme_zamani)
CREATE FUNCTION minibar_ml.source_seen_uploads()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(yukleme_zamani::timestamptz) FILTER (WHERE yukleme_zamani BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT durum::text AS word, count(*) AS n FROM source.yukleme_gorevleri GROUP BY 1) w
            WHERE w.word NOT IN ('pending', 'in_progress', 'completed', 'incomplete'))
    FROM source.yukleme_gorevleri
$$;

-- name: source_seen_files
-- needs: dosya_yuklemeleri(id, dosya_tipi, yukleme_tarihi)
-- wants: f: dosya_yuklemeleri(durum text)
CREATE FUNCTION minibar_ml.source_seen_files()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(yukleme_tarihi::timestamptz) FILTER (WHERE yukleme_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT f.dosya_tipi::text AS word, count(*) AS n FROM source.dosya_yuklemeleri f
               WHERE f.dosya_tipi::text NOT IN ('in_house', 'arrivals', 'departures') GROUP BY 1
               UNION ALL
               SELECT f.durum::text, count(*) FROM source.dosya_yuklemeleri f
               WHERE f.durum::text NOT IN ('yuklendi', 'isleniyor', 'tamamlandi', 'hata', 'silindi') GROUP BY 1) w)
    FROM source.dosya_yuklemeleri
$$;

-- name: source_seen_tasks
-- needs: gunluk_gorevler(id, gorev_tarihi, gorev_tipi)
CREATE FUNCTION minibar_ml.source_seen_tasks()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(gorev_tarihi::timestamptz) FILTER (WHERE gorev_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT gorev_tipi::text AS word, count(*) AS n FROM source.gunluk_gorevler GROUP BY 1) w
            WHERE w.word NOT IN ('inhouse_kontrol', 'arrival_kontrol', 'departure_kontrol', 'inhouse_yukleme', 'arrivals_yukleme', 'departures_yukleme'))
    FROM source.gunluk_gorevler
$$;

-- name: source_seen_dnd
-- needs: oda_dnd_kayitlari(id, kayit_tarihi, durum)
CREATE FUNCTION minibar_ml.source_seen_dnd()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(kayit_tarihi::timestamptz) FILTER (WHERE kayit_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT durum::text AS word, count(*) AS n FROM source.oda_dnd_kayitlari GROUP BY 1) w
            WHERE w.word NOT IN ('aktif', 'tamamlandi', 'iptal'))
    FROM source.oda_dnd_kayitlari
$$;

-- name: source_seen_requests
-- needs: minibar_dolum_talepleri(id, durum, talep_tarihi)
CREATE FUNCTION minibar_ml.source_seen_requests()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(talep_tarihi::timestamptz) FILTER (WHERE talep_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT durum::text AS word, count(*) AS n FROM source.minibar_dolum_talepleri GROUP BY 1) w
            WHERE w.word NOT IN ('beklemede', 'onaylandi', 'reddedildi', 'tamamlandi', 'iptal'))
    FROM source.minibar_dolum_talepleri
$$;

-- name: source_seen_ledger
-- needs: stok_hareketleri(id, hareket_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_seen_ledger()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(islem_tarihi::timestamptz) FILTER (WHERE islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT hareket_tipi::text AS word, count(*) AS n FROM source.stok_hareketleri GROUP BY 1) w
            WHERE w.word NOT IN ('giris', 'cikis', 'transfer', 'devir', 'sayim', 'fire'))
    FROM source.stok_hareketleri
$$;

-- name: source_seen_custody
-- needs: personel_zimmet(id, durum, zimmet_tarihi)
CREATE FUNCTION minibar_ml.source_seen_custody()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(zimmet_tarihi::timestamptz) FILTER (WHERE zimmet_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT coalesce(durum::text, 'NULL') AS word, count(*) AS n FROM source.personel_zimmet GROUP BY 1) w
            WHERE w.word NOT IN ('aktif', 'iptal', 'tamamlandi', 'iade_edildi'))
    FROM source.personel_zimmet
$$;

-- name: source_seen_lots
-- needs: stok_fifo_kayitlari(id, giris_tarihi)
CREATE FUNCTION minibar_ml.source_seen_lots()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(giris_tarihi::timestamptz) FILTER (WHERE giris_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           NULL::jsonb
    FROM source.stok_fifo_kayitlari
$$;

-- name: source_seen_lot_uses
-- needs: stok_fifo_kullanimlari(id, islem_tarihi, islem_tipi)
CREATE FUNCTION minibar_ml.source_seen_lot_uses()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(islem_tarihi::timestamptz) FILTER (WHERE islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT islem_tipi::text AS word, count(*) AS n FROM source.stok_fifo_kullanimlari GROUP BY 1) w
            WHERE w.word NOT IN ('zimmet_transfer', 'zimmet', 'minibar_dolum', 'setup_kontrol', 'iade', 'iptal', 'fire'))
    FROM source.stok_fifo_kullanimlari
$$;

-- name: source_seen_depot
-- needs: urun_stok(urun_id, son_guncelleme_tarihi)
CREATE FUNCTION minibar_ml.source_seen_depot()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(son_guncelleme_tarihi::timestamptz) FILTER (WHERE son_guncelleme_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           NULL::jsonb
    FROM source.urun_stok
$$;

-- name: source_seen_floor
-- needs: otel_zimmet_stok(urun_id, son_guncelleme)
CREATE FUNCTION minibar_ml.source_seen_floor()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(son_guncelleme::timestamptz) FILTER (WHERE son_guncelleme BETWEEN '1900-01-01' AND '2200-01-01'),
           NULL::jsonb
    FROM source.otel_zimmet_stok
$$;

-- name: source_seen_draws
-- needs: personel_zimmet_kullanim(id, islem_tarihi, islem_tipi)
CREATE FUNCTION minibar_ml.source_seen_draws()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(islem_tarihi::timestamptz) FILTER (WHERE islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT coalesce(islem_tipi::text, 'NULL') AS word, count(*) AS n
               FROM source.personel_zimmet_kullanim GROUP BY 1) w
            WHERE w.word NOT IN ('minibar_kullanim', 'ekstra_ekleme', 'iade', 'duzeltme'))
    FROM source.personel_zimmet_kullanim
$$;

-- name: source_seen_setups
-- needs: oda_tipi_setup(setup_id), setuplar(id, aktif), setup_icerik(setup_id)
-- Those that a room type of a hotel has: what a setup holds says nothing while no room has it.
CREATE FUNCTION minibar_ml.source_seen_setups()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), NULL::timestamptz,
           NULL::jsonb
    FROM source.oda_tipi_setup o JOIN source.setuplar s ON s.id = o.setup_id AND s.aktif IS NOT FALSE
    JOIN source.setup_icerik i ON i.setup_id = s.id
$$;

-- name: source_seen_orders
-- needs: satin_alma_siparisleri(id, siparis_tarihi, durum)
CREATE FUNCTION minibar_ml.source_seen_orders()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(siparis_tarihi::timestamptz) FILTER (WHERE siparis_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT durum::text AS word, count(*) AS n FROM source.satin_alma_siparisleri GROUP BY 1) w
            WHERE w.word NOT IN ('beklemede', 'onaylandi', 'teslim_alindi', 'kismi_teslim', 'tamamlandi', 'iptal'))
    FROM source.satin_alma_siparisleri
$$;

-- name: source_seen_attendant_orders
-- needs: kat_sorumlusu_siparis_talepleri(id, talep_tarihi, durum)
CREATE FUNCTION minibar_ml.source_seen_attendant_orders()
RETURNS TABLE (rows bigint, newest timestamptz, unknown jsonb) LANGUAGE sql STABLE AS $$
    SELECT count(*), max(talep_tarihi::timestamptz) FILTER (WHERE talep_tarihi BETWEEN '1900-01-01' AND '2200-01-01'),
           (SELECT jsonb_object_agg(w.word, w.n) FROM (
               SELECT durum::text AS word, count(*) AS n FROM source.kat_sorumlusu_siparis_talepleri GROUP BY 1) w
            WHERE w.word NOT IN ('beklemede', 'onaylandi', 'reddedildi', 'hazirlaniyor', 'teslim_edildi', 'iptal'))
    FROM source.kat_sorumlusu_siparis_talepleri
$$;
