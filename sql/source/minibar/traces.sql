-- Source contract for the minibar application: one number for each row that collect reads of the largest tables, for runs
-- that have nothing to do. The rows are taken as they stand: all that any of these functions says rests on them, and to
-- read them takes a fraction of the time. Values are compared by their own types, so no time is cast that can't be right.

-- name: source_trace_stays
-- needs: misafir_kayitlari(id, oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati, cikis_tarihi, cikis_saati, kayit_tipi)
-- wants: m: misafir_kayitlari(olusturma_tarihi timestamptz, guncelleme_tarihi timestamptz)
-- Every row of guest lists: which rows are kept, and the first departure of each room, count however old.
CREATE FUNCTION minibar_ml.source_trace_stays()
RETURNS TABLE (trace bigint) LANGUAGE sql STABLE AS $$
    SELECT hash_record_extended(ROW(m.id, m.oda_id, m.islem_kodu, m.misafir_sayisi, m.giris_tarihi, m.giris_saati,
                                    m.cikis_tarihi, m.cikis_saati, m.kayit_tipi, m.olusturma_tarihi, m.guncelleme_tarihi), 0)
    FROM source.misafir_kayitlari m
$$;

-- name: source_trace_listed_stays
-- needs: misafir_kayitlari(id, oda_id, islem_kodu, misafir_sayisi, giris_tarihi, giris_saati, cikis_tarihi, cikis_saati, kayit_tipi)
-- wants: m: misafir_kayitlari(olusturma_tarihi timestamptz, guncelleme_tarihi timestamptz)
-- The rows of guest lists that source_stays() reads of the same span: all that it says rests on them.
CREATE FUNCTION minibar_ml.source_trace_listed_stays(since date, until date)
RETURNS TABLE (trace bigint) LANGUAGE sql STABLE AS $$
    SELECT hash_record_extended(ROW(m.id, m.oda_id, m.islem_kodu, m.misafir_sayisi, m.giris_tarihi, m.giris_saati,
                                    m.cikis_tarihi, m.cikis_saati, m.kayit_tipi, m.olusturma_tarihi, m.guncelleme_tarihi), 0)
    FROM source.misafir_kayitlari m WHERE m.giris_tarihi < until AND m.cikis_tarihi >= since
$$;

-- name: source_trace_visits
-- needs: minibar_islemleri(id, oda_id, personel_id, islem_tipi, islem_tarihi), minibar_islem_detay(islem_id, urun_id, tuketim, eklenen_miktar, ekstra_miktar)
-- wants: d: minibar_islem_detay(satis_fiyati numeric, bedelsiz boolean)
-- Visits of a span, with their lines and what these were sold for.
CREATE FUNCTION minibar_ml.source_trace_visits(since timestamptz, until timestamptz)
RETURNS TABLE (trace bigint) LANGUAGE sql STABLE AS $$
    SELECT hash_record_extended(ROW(m.id, m.oda_id, m.personel_id, m.islem_tipi, m.islem_tarihi, d.urun_id, d.tuketim,
                                    d.eklenen_miktar, d.ekstra_miktar, d.satis_fiyati, d.bedelsiz), 0)
    FROM source.minibar_islemleri m LEFT JOIN source.minibar_islem_detay d ON d.islem_id = m.id
    WHERE m.islem_tarihi >= since - interval '1 hour' AND m.islem_tarihi < until + interval '1 hour'
      AND m.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01' AND m.islem_tarihi::timestamptz < until
$$;

-- name: source_trace_movements
-- needs: stok_hareketleri(id, urun_id, hareket_tipi, miktar, islem_tarihi)
-- wants: s: stok_hareketleri(aciklama text, islem_yapan_id integer)
-- Every row of the depot's ledger, and whether its time has come.
CREATE FUNCTION minibar_ml.source_trace_movements(until timestamptz)
RETURNS TABLE (trace bigint) LANGUAGE sql STABLE AS $$
    SELECT hash_record_extended(ROW(s.id, s.urun_id, s.hareket_tipi, s.miktar, s.islem_tarihi, s.aciklama, s.islem_yapan_id,
                                    s.islem_tarihi < until, s.islem_tarihi <= until), 0)
    FROM source.stok_hareketleri s
$$;
