-- A loss of stock rests on the levels of its days too, since its sentence names a stock below zero. The digests of live
-- alerts whose records are as they were become digests of both, so that none of them is looked at again for nothing.

UPDATE minibar_ml.ml_alert_days d
SET ground = (SELECT g.ground FROM minibar_ml.ground_of(
    a.metric, '["product_consumption", "stock_level"]', a.hotel_id, a.entity_type, a.entity_id, d.since_on, d.judged_on) g)
FROM minibar_ml.ml_alerts a
WHERE a.id = d.alert_id AND a.type = 'shrinkage' AND minibar_ml.is_live(a.status)
  AND d.ground = (SELECT g.ground FROM minibar_ml.ground_of(
    a.metric, '["product_consumption"]', a.hotel_id, a.entity_type, a.entity_id, d.since_on, d.judged_on) g);
