-- Whether changed points are news of their day: what has changed in the master data alone raises no alert of a past day.

ALTER TABLE minibar_ml.ml_changed_days ADD COLUMN is_news boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN minibar_ml.ml_changed_days.is_news IS 'Whether something new may be found of the day; false where only master data have changed, as when a room goes to another hotel.';
