-- Source contract for the minibar application: what is new in each table since an id that collect has seen.
--
-- How many rows, from when on, and which of them can't be used: rows without a time, older than `not_before`, after this
-- very moment, or of a kind that nobody knows.

-- name: source_new_stock_movements
-- needs: stok_hareketleri(id, hareket_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_new_stock_movements(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*),
           min(at::timestamptz) FILTER (WHERE at >= not_before AND at < '2200-01-01'), count(*) FILTER (WHERE at IS NULL),
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now()), array_agg(DISTINCT kind)
               FILTER (WHERE kind NOT IN ('giris', 'cikis', 'transfer', 'devir', 'sayim', 'fire'))
    FROM (SELECT id, hareket_tipi::text AS kind, islem_tarihi AS at
          FROM source.stok_hareketleri WHERE id > after) t
$$;

-- name: source_new_visits
-- needs: minibar_islemleri(id, islem_tipi, islem_tarihi)
CREATE FUNCTION minibar_ml.source_new_visits(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*),
           min(at::timestamptz) FILTER (WHERE at >= not_before AND at < '2200-01-01'), count(*) FILTER (WHERE at IS NULL),
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now()), array_agg(DISTINCT kind)
               FILTER (WHERE kind NOT IN (SELECT k.kind FROM minibar_ml.source_visit_kinds() k))
    FROM (SELECT id, islem_tipi::text AS kind, islem_tarihi AS at
          FROM source.minibar_islemleri WHERE id > after) t
$$;

-- name: source_new_visit_lines
-- needs: minibar_islem_detay(id, islem_id), minibar_islemleri(id, islem_tarihi)
CREATE FUNCTION minibar_ml.source_new_visit_lines(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*),
           min(at::timestamptz) FILTER (WHERE at >= not_before AND at < '2200-01-01'), 0::bigint, 0::bigint, 0::bigint, NULL::text[]
    FROM (SELECT d.id, m.islem_tarihi AS at FROM source.minibar_islem_detay d
          JOIN source.minibar_islemleri m ON m.id = d.islem_id WHERE d.id > after) t
$$;

-- name: source_new_controls
-- needs: oda_kontrol_kayitlari(id, bitis_zamani, kontrol_tipi)
CREATE FUNCTION minibar_ml.source_new_controls(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*),
           min(at::timestamptz) FILTER (WHERE at >= not_before AND at < '2200-01-01'), 0::bigint,
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now()), array_agg(DISTINCT kind) FILTER (WHERE kind NOT IN ('sarfiyat_yok', 'urun_eklendi', 'dnd'))
    FROM (SELECT id, kontrol_tipi::text AS kind, bitis_zamani AS at
          FROM source.oda_kontrol_kayitlari WHERE id > after) t
$$;

-- name: source_new_stays
-- needs: misafir_kayitlari(id, giris_tarihi, kayit_tipi)
CREATE FUNCTION minibar_ml.source_new_stays(after bigint, not_before timestamptz)
RETURNS TABLE (last_id bigint, new_rows bigint, earliest_at timestamptz, untimed bigint, too_old bigint, future bigint,
               unknown_kinds text[])
LANGUAGE sql STABLE AS $$
    SELECT max(id), count(*),
           min(at::timestamptz) FILTER (WHERE at >= not_before AND at < '2200-01-01'), count(*) FILTER (WHERE at IS NULL),
           count(*) FILTER (WHERE at < not_before), count(*) FILTER (WHERE at > now() + interval '2 years'), array_agg(DISTINCT kind) FILTER (WHERE kind NOT IN ('in_house', 'arrival', 'departure'))
    FROM (SELECT id, kayit_tipi::text AS kind, giris_tarihi AS at
          FROM source.misafir_kayitlari WHERE id > after) t
$$;
