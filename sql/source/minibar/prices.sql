-- Source contract for the minibar application: what lines of visits were sold for.

-- name: source_line_prices
-- needs: minibar_islem_detay(islem_id, urun_id, tuketim, eklenen_miktar, satis_fiyati), minibar_islemleri(id, islem_tarihi)
-- wants: d: minibar_islem_detay(bedelsiz boolean)
-- The price of a unit on each line that has one: 0 where the units were complimentary. Only the older room page writes
-- prices; one of 0 on a line that is not complimentary is no price.
CREATE FUNCTION minibar_ml.source_line_prices(since timestamptz, until timestamptz)
RETURNS TABLE (visit_id integer, product_id integer, sold_at timestamptz, units numeric, price numeric)
LANGUAGE sql STABLE AS $$
    SELECT l.visit_id, l.urun_id, l.islem_tarihi::timestamptz,
           greatest(l.tuketim::numeric, l.eklenen_miktar::numeric, 1.0),
           CASE WHEN l.is_free THEN 0 ELSE l.satis_fiyati::numeric END
    FROM (
        SELECT m.id AS visit_id, m.islem_tarihi, d.urun_id, d.tuketim, d.eklenen_miktar, d.satis_fiyati, d.bedelsiz AS is_free
        FROM source.minibar_islemleri m JOIN source.minibar_islem_detay d ON d.islem_id = m.id
        WHERE m.islem_tarihi >= since - interval '1 hour' AND m.islem_tarihi < until + interval '1 hour'
          AND m.islem_tarihi BETWEEN '1900-01-01' AND '2200-01-01'
          AND m.islem_tarihi::timestamptz >= since AND m.islem_tarihi::timestamptz < until
        -- OFFSET 0: prices are only looked at on the lines of the span, not on all that there are.
        OFFSET 0) l
    WHERE l.is_free OR l.satis_fiyati::numeric BETWEEN 0.0001 AND 1e9
$$;
