-- Which rooms a list of guests in house did not have is recorded: the next list overwrites what it said.
ALTER TABLE minibar_ml.ml_nights DROP CONSTRAINT ml_nights_state_check;
ALTER TABLE minibar_ml.ml_nights
    ADD CONSTRAINT ml_nights_state_check CHECK (state IN ('occupied', 'unknown', 'day_use', 'not_listed'));
COMMENT ON COLUMN minibar_ml.ml_nights.state IS
    'occupied, unknown, day_use: the room was let for the day before that night, or not_listed: the next day''s list of guests in house did not have the room.';
