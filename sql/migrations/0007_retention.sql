-- What ended is found by when it ended, and mails by who needs them: old ones are deleted every night.

CREATE INDEX ml_outbox_ended ON minibar_ml.ml_outbox (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ml_outbox_mail ON minibar_ml.ml_outbox (mail_id) WHERE mail_id IS NOT NULL;
