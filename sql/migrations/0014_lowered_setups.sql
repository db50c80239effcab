-- What a setup held before it was lowered: lines of that time may say as much.

ALTER TABLE minibar_ml.ml_setups ADD COLUMN lowered_from numeric, ADD COLUMN lowered_at timestamptz;
COMMENT ON COLUMN minibar_ml.ml_setups.lowered_from IS 'Units before the setup was last lowered; null: it never was.';
COMMENT ON COLUMN minibar_ml.ml_setups.lowered_at IS 'By this instant it was lowered.';
