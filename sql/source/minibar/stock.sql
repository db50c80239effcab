-- Source contract for the minibar application: stores, what moves between them, orders.

-- name: source_stock_movements
-- needs: stok_hareketleri(id, urun_id, hareket_tipi, miktar, islem_tarihi)
-- wants: s: stok_hareketleri(aciklama text, islem_yapan_id integer)
-- The depot's ledger. Units are what the row says, fractions too; the signed ones are NULL for a type that nobody knows.
-- `flow` is what the row is about, which only the beginning of its text shows: the application writes a cancelled issue
-- as a receipt, a deleted delivery as an issue, and the difference of a count as either. `holder` is who was handed the
-- units or gave them back: a person's name, or the floor store; NULL where the text names nobody.
CREATE FUNCTION minibar_ml.source_stock_movements(since timestamptz, until timestamptz)
RETURNS TABLE (movement_id integer, product_id integer, kind text, flow text, units numeric, signed_units numeric,
               moved_at timestamptz, holder text)
LANGUAGE sql STABLE AS $$
    SELECT s.id, s.urun_id, s.hareket_tipi::text,
           CASE s.hareket_tipi::text
               WHEN 'fire' THEN 'write_off' WHEN 'sayim' THEN 'count' WHEN 'devir' THEN 'opening'
               WHEN 'giris' THEN CASE
                   WHEN s.aciklama::text LIKE 'Zimmet iadesi%' THEN 'return'
                   WHEN s.aciklama::text LIKE ANY (ARRAY['Zimmet iptali%', 'Zimmet İptal İadesi%', 'Zimmet Silme İadesi%',
                                                         'Zimmet Detay İptal İadesi%']) THEN 'issue_reversal'
                   WHEN s.aciklama::text LIKE 'Minibar işlem iptali%' THEN 'room_reversal'
                   WHEN s.aciklama::text LIKE 'Stok sayımı düzeltmesi%' THEN 'count'
                   WHEN s.aciklama::text LIKE 'İlk stok yüklemesi%' THEN 'opening'
                   ELSE 'receipt' END
               WHEN 'cikis' THEN CASE
                   WHEN s.aciklama::text LIKE ANY (ARRAY['İlk dolum - Oda%', 'Minibar tüketimi - Oda%']) THEN 'room'
                   WHEN s.aciklama::text LIKE ANY (ARRAY['Ana Depo Tedarik Silme%', 'Ana Depo Tedarik Detay Silme%'])
                       THEN 'receipt_reversal'
                   WHEN s.aciklama::text LIKE 'Stok sayımı düzeltmesi%' THEN 'count'
                   WHEN s.aciklama::text LIKE 'Manuel stok güncelleme%' THEN 'correction'
                   ELSE 'issue' END
           END,
           s.miktar::numeric,
           CASE s.hareket_tipi::text WHEN 'giris' THEN 1 WHEN 'devir' THEN 1 WHEN 'sayim' THEN 1
                WHEN 'cikis' THEN -1 WHEN 'fire' THEN -1 WHEN 'transfer' THEN 0 END::numeric * s.miktar::numeric,
           s.islem_tarihi::timestamptz,
           CASE WHEN s.aciklama::text LIKE ANY (ARRAY['FIFO Stok Çıkışı - zimmet_transfer%', 'Zimmet iadesi - Otel ID%'])
                THEN 'floor store'
                WHEN s.aciklama::text LIKE ANY (ARRAY['Hızlı zimmet atama%', 'Zimmet atama%', 'Zimmet iadesi%', 'Zimmet iptali%'])
                THEN nullif(btrim(lower(regexp_replace(substring(s.aciklama::text FROM
                    '^(?:Hızlı zimmet atama|Zimmet atama|Zimmet iadesi|Zimmet iptali) *- *(.*)$'),
                    ' *-? *Zimmet #.*$', ''))), '') END
    FROM source.stok_hareketleri s
    WHERE s.islem_tarihi >= since - interval '1 hour' AND s.islem_tarihi < until + interval '1 hour'
      AND s.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND s.islem_tarihi::timestamptz >= since AND s.islem_tarihi::timestamptz < until
$$;

-- name: source_movement_hotels
-- needs: stok_hareketleri(id, urun_id, miktar, islem_tarihi, aciklama, islem_yapan_id), oteller(id, ad), ana_depo_tedarikleri(tedarik_no, otel_id), stok_fifo_kullanimlari(fifo_kayit_id, islem_tarihi), stok_fifo_kayitlari(id, otel_id, urun_id), kullanicilar(id, otel_id), kullanici_otel(kullanici_id, otel_id), urun_stok(otel_id)
-- Whose depot each ledger row is about; NULL where nothing says it. The row itself names no hotel: its text names the
-- hotel or the delivery, the lots of the same second name it, or the person who wrote it serves one hotel alone.
CREATE FUNCTION minibar_ml.source_movement_hotels(since timestamptz, until timestamptz)
RETURNS TABLE (movement_id integer, hotel_id integer) LANGUAGE sql STABLE AS $$
    SELECT s.id, coalesce(
        (SELECT o.id FROM source.oteller o
         WHERE o.id::text = substring(s.aciklama::text FROM '^Zimmet iadesi - Otel ID: *([0-9]+)')),
        (SELECT a.otel_id FROM source.ana_depo_tedarikleri a
         WHERE a.tedarik_no::text = substring(s.aciklama::text FROM '^Ana Depo Tedarik[^-]*- *([^ ]+)')),
        (SELECT min(o.id) FROM source.oteller o
         WHERE o.ad::text = substring(s.aciklama::text FROM '^İlk stok yüklemesi - *(.*[^ ]) *$') HAVING count(*) = 1),
        (SELECT min(l.otel_id)
         FROM source.stok_fifo_kullanimlari u JOIN source.stok_fifo_kayitlari l ON l.id = u.fifo_kayit_id
         WHERE s.aciklama::text LIKE 'FIFO Stok Çıkışı%' AND l.urun_id = s.urun_id
           AND u.islem_tarihi BETWEEN s.islem_tarihi - interval '5 seconds' AND s.islem_tarihi + interval '5 seconds'
         HAVING min(l.otel_id) = max(l.otel_id)),
        p.otel_id,
        (SELECT min(l.otel_id) FROM source.kullanici_otel l WHERE l.kullanici_id = s.islem_yapan_id HAVING count(*) = 1))
    FROM source.stok_hareketleri s LEFT JOIN source.kullanicilar p ON p.id = s.islem_yapan_id
    WHERE s.islem_tarihi >= since - interval '1 hour' AND s.islem_tarihi < until + interval '1 hour'
      AND s.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND s.islem_tarihi::timestamptz >= since AND s.islem_tarihi::timestamptz < until
$$;

-- name: source_custody
-- needs: personel_zimmet(id, personel_id, zimmet_tarihi, iade_tarihi, durum), personel_zimmet_detay(zimmet_id, urun_id, miktar, kullanilan_miktar, kalan_miktar, iade_edilen_miktar), kullanicilar(id, otel_id)
-- wants: z: personel_zimmet(otel_id integer)
-- Custody counts on the day of its return, or while it is open on the day it was handed out, if what is left is on
-- record. Cancelled custody never took place; what a status means that nobody knows is unknown, and it is left out.
CREATE FUNCTION minibar_ml.source_custody(since timestamptz, until timestamptz)
RETURNS TABLE (custody_id integer, hotel_id integer, attendant_id integer, product_id integer, counted_at timestamptz,
               handed_out integer, used integer, remaining integer, returned integer)
LANGUAGE sql STABLE AS $$
    SELECT z.id, coalesce(z.otel_id, u.otel_id), z.personel_id, d.urun_id,
           coalesce(z.iade_tarihi, z.zimmet_tarihi)::timestamptz,
           d.miktar, coalesce(d.kullanilan_miktar, 0), coalesce(d.kalan_miktar, 0), coalesce(d.iade_edilen_miktar, 0)
    FROM source.personel_zimmet z JOIN source.personel_zimmet_detay d ON d.zimmet_id = z.id
    JOIN source.kullanicilar u ON u.id = z.personel_id
    WHERE coalesce(z.durum::text, 'aktif') IN ('aktif', 'tamamlandi', 'iade_edildi')
      AND (z.iade_tarihi IS NOT NULL OR d.kalan_miktar IS NOT NULL)
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi) >= since - interval '1 hour'
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi) < until + interval '1 hour'
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi) BETWEEN '1900-01-01' AND '2200-01-01'
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi)::timestamptz >= since
      AND coalesce(z.iade_tarihi, z.zimmet_tarihi)::timestamptz < until
$$;

-- name: source_lots
-- needs: stok_fifo_kayitlari(id, otel_id, urun_id, tedarik_detay_id, giris_miktari, kalan_miktar, giris_tarihi)
-- Lots of a hotel's depot by the time they came in; a lot without a delivery came back, or was found by count.
CREATE FUNCTION minibar_ml.source_lots(since timestamptz, until timestamptz)
RETURNS TABLE (lot_id integer, hotel_id integer, product_id integer, units numeric, remaining numeric,
               is_delivery boolean, received_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT id, otel_id, urun_id, giris_miktari::numeric, kalan_miktar::numeric, tedarik_detay_id IS NOT NULL,
           giris_tarihi::timestamptz
    FROM source.stok_fifo_kayitlari
    WHERE giris_tarihi >= since - interval '1 hour' AND giris_tarihi < until + interval '1 hour'
      AND giris_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND giris_tarihi::timestamptz >= since AND giris_tarihi::timestamptz < until
$$;

-- name: source_lot_uses
-- needs: stok_fifo_kullanimlari(id, fifo_kayit_id, miktar, islem_tipi, islem_tarihi), stok_fifo_kayitlari(id, otel_id, urun_id)
-- Units taken from lots: into the floor store (zimmet_transfer) or to a person (zimmet).
CREATE FUNCTION minibar_ml.source_lot_uses(since timestamptz, until timestamptz)
RETURNS TABLE (use_id integer, lot_id integer, hotel_id integer, product_id integer, kind text, units numeric,
               used_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT u.id, l.id, l.otel_id, l.urun_id, u.islem_tipi::text, u.miktar::numeric, u.islem_tarihi::timestamptz
    FROM source.stok_fifo_kullanimlari u JOIN source.stok_fifo_kayitlari l ON l.id = u.fifo_kayit_id
    WHERE u.islem_tarihi >= since - interval '1 hour' AND u.islem_tarihi < until + interval '1 hour'
      AND u.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND u.islem_tarihi::timestamptz >= since AND u.islem_tarihi::timestamptz < until
$$;

-- name: source_depot_stock
-- needs: urun_stok(urun_id, otel_id, mevcut_stok, son_guncelleme_tarihi)
-- What each hotel's depot holds now; nothing keeps a product from standing in two rows.
CREATE FUNCTION minibar_ml.source_depot_stock()
RETURNS TABLE (hotel_id integer, product_id integer, units numeric, changed_at timestamptz) LANGUAGE sql STABLE AS $$
    SELECT otel_id, urun_id, sum(mevcut_stok)::numeric,
           max(son_guncelleme_tarihi::timestamptz)
               FILTER (WHERE son_guncelleme_tarihi BETWEEN '1900-01-01' AND '2200-01-01')
    FROM source.urun_stok GROUP BY otel_id, urun_id
$$;

-- name: source_floor_stock
-- needs: otel_zimmet_stok(otel_id, urun_id, toplam_miktar, kullanilan_miktar, kalan_miktar, son_guncelleme)
-- What each hotel's floor store was given, has used and holds now: rooms are refilled from it.
CREATE FUNCTION minibar_ml.source_floor_stock()
RETURNS TABLE (hotel_id integer, product_id integer, given numeric, used numeric, units numeric, changed_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT otel_id, urun_id, toplam_miktar::numeric, kullanilan_miktar::numeric, kalan_miktar::numeric,
           CASE WHEN son_guncelleme BETWEEN '1900-01-01' AND '2200-01-01' THEN son_guncelleme::timestamptz END
    FROM source.otel_zimmet_stok
$$;

-- name: source_floor_draws
-- needs: personel_zimmet_kullanim(id, otel_zimmet_stok_id, personel_id, urun_id, kullanilan_miktar, islem_tarihi, islem_tipi), otel_zimmet_stok(id, otel_id)
-- Units that attendants took from the floor store; what they put back is negative. `is_extra`: for an extra, whose row
-- may be deleted later without a word of it here.
CREATE FUNCTION minibar_ml.source_floor_draws(since timestamptz, until timestamptz)
RETURNS TABLE (draw_id integer, hotel_id integer, attendant_id integer, product_id integer, units numeric,
               drawn_at timestamptz, is_extra boolean)
LANGUAGE sql STABLE AS $$
    SELECT u.id, s.otel_id, u.personel_id, u.urun_id,
           CASE u.islem_tipi::text WHEN 'iade' THEN -1 WHEN 'minibar_kullanim' THEN 1 WHEN 'ekstra_ekleme' THEN 1 END::numeric
               * u.kullanilan_miktar::numeric,
           u.islem_tarihi::timestamptz, coalesce(u.islem_tipi::text = 'ekstra_ekleme', false)
    FROM source.personel_zimmet_kullanim u JOIN source.otel_zimmet_stok s ON s.id = u.otel_zimmet_stok_id
    WHERE u.islem_tarihi >= since - interval '1 hour' AND u.islem_tarihi < until + interval '1 hour'
      AND u.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND u.islem_tarihi::timestamptz >= since AND u.islem_tarihi::timestamptz < until
$$;

-- name: source_setups
-- needs: oda_tipi_setup(otel_id, oda_tipi_id, setup_id), setuplar(id, aktif, dolap_ici), setup_icerik(setup_id, urun_id, adet), oda_tipleri(id, ad, dolap_sayisi), oteller(id)
-- Units of each product that belong in a room of a type: what is for the fridge, once for each fridge. A hotel for which no
-- setups were entered has those of any other hotel for its room types: the most that one of them holds of a product.
CREATE FUNCTION minibar_ml.source_setups()
RETURNS TABLE (hotel_id integer, room_type text, product_id integer, units numeric) LANGUAGE sql STABLE AS $$
    WITH entered AS (
        SELECT o.otel_id, t.ad::text AS room_type, i.urun_id,
               sum(i.adet::numeric * (CASE WHEN s.dolap_ici THEN greatest(coalesce(t.dolap_sayisi, 1), 1) ELSE 1 END)::numeric)
                   AS units
        FROM source.oda_tipi_setup o JOIN source.setuplar s ON s.id = o.setup_id AND s.aktif IS NOT FALSE
        JOIN source.setup_icerik i ON i.setup_id = s.id JOIN source.oda_tipleri t ON t.id = o.oda_tipi_id
        GROUP BY o.otel_id, t.ad, i.urun_id)
    SELECT otel_id, room_type, urun_id, units FROM entered
    UNION ALL
    SELECT h.id, e.room_type, e.urun_id, max(e.units) FROM source.oteller h CROSS JOIN entered e
    WHERE NOT EXISTS (SELECT FROM source.oda_tipi_setup o WHERE o.otel_id = h.id)
    GROUP BY h.id, e.room_type, e.urun_id
$$;

-- name: source_orders
-- needs: satin_alma_siparisleri(id, otel_id, siparis_tarihi, tahmini_teslimat_tarihi, durum), satin_alma_siparis_detaylari(siparis_id, urun_id, miktar, teslim_alinan_miktar)
-- Orders at suppliers and what of them is still to come; a status that nobody knows promises nothing.
CREATE FUNCTION minibar_ml.source_orders(since timestamptz, until timestamptz)
RETURNS TABLE (order_id integer, hotel_id integer, product_id integer, ordered_at timestamptz, due_on date,
               ordered numeric, outstanding numeric)
LANGUAGE sql STABLE AS $$
    SELECT o.id, o.otel_id, d.urun_id, o.siparis_tarihi::timestamptz, 
           CASE WHEN o.tahmini_teslimat_tarihi BETWEEN '1900-01-01' AND '2200-01-01' THEN o.tahmini_teslimat_tarihi END,
           d.miktar::numeric,
           (CASE WHEN o.durum::text IN ('beklemede', 'onaylandi', 'kismi_teslim')
                 THEN greatest(d.miktar::numeric - d.teslim_alinan_miktar::numeric, 0) ELSE 0 END)::numeric
    FROM source.satin_alma_siparisleri o JOIN source.satin_alma_siparis_detaylari d ON d.siparis_id = o.id
    WHERE o.siparis_tarihi >= since - interval '1 hour' AND o.siparis_tarihi < until + interval '1 hour'
      AND o.siparis_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND o.siparis_tarihi::timestamptz >= since AND o.siparis_tarihi::timestamptz < until
$$;

-- name: source_attendant_orders
-- needs: kat_sorumlusu_siparis_talepleri(id, kat_sorumlusu_id, talep_tarihi, durum), kat_sorumlusu_siparis_talep_detaylari(talep_id, urun_id, talep_miktari, teslim_edilen_miktar)
-- What attendants request from the depot; refused and cancelled requests are left out.
CREATE FUNCTION minibar_ml.source_attendant_orders(since timestamptz, until timestamptz)
RETURNS TABLE (order_id integer, attendant_id integer, product_id integer, ordered_at timestamptz, ordered numeric,
               delivered numeric)
LANGUAGE sql STABLE AS $$
    SELECT o.id, o.kat_sorumlusu_id, d.urun_id, o.talep_tarihi::timestamptz, d.talep_miktari::numeric,
           d.teslim_edilen_miktar::numeric
    FROM source.kat_sorumlusu_siparis_talepleri o
    JOIN source.kat_sorumlusu_siparis_talep_detaylari d ON d.talep_id = o.id
    WHERE o.durum::text IN ('beklemede', 'onaylandi', 'hazirlaniyor', 'teslim_edildi')
      AND o.talep_tarihi >= since - interval '1 hour' AND o.talep_tarihi < until + interval '1 hour'
      AND o.talep_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
      AND o.talep_tarihi::timestamptz >= since AND o.talep_tarihi::timestamptz < until
$$;
