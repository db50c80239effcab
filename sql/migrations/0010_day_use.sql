-- A room that was let for the day is recorded as such: neither an occupied night nor a vacant one.
ALTER TABLE minibar_ml.ml_nights DROP CONSTRAINT ml_nights_state_check;
ALTER TABLE minibar_ml.ml_nights
    ADD CONSTRAINT ml_nights_state_check CHECK (state IN ('occupied', 'unknown', 'day_use'));
COMMENT ON COLUMN minibar_ml.ml_nights.state IS
    'occupied, unknown, or day_use: the room was let for the day before that night.';
