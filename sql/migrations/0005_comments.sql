-- What each table and column means. docs/schema.md is made of it.

COMMENT ON TABLE minibar_ml.ml_schema_migrations IS 'Which migrations were applied.';
COMMENT ON COLUMN minibar_ml.ml_schema_migrations.version IS 'The number of the file in sql/migrations.';
COMMENT ON COLUMN minibar_ml.ml_schema_migrations.name IS 'What the file is named.';
COMMENT ON COLUMN minibar_ml.ml_schema_migrations.checksum IS 'SHA-256 of the file: an edited one is refused.';
COMMENT ON COLUMN minibar_ml.ml_schema_migrations.applied_at IS 'When it was applied.';

COMMENT ON TABLE minibar_ml.ml_source_contract IS 'How the hotel application''s tables are read; one row.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.only_row IS 'Keeps it one row.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.layout IS 'The file of sql/source that fits.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.checksum IS 'SHA-256 of that file.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.absent IS 'Parts that the hotel does without (db init --without).';
COMMENT ON COLUMN minibar_ml.ml_source_contract.schemas IS 'The schema in which each source table is looked for.';
COMMENT ON COLUMN minibar_ml.ml_source_contract.installed_at IS 'When db init installed it.';

COMMENT ON TABLE minibar_ml.ml_watermarks IS 'How far collect has seen each source table.';
COMMENT ON COLUMN minibar_ml.ml_watermarks.source_table IS 'The source table.';
COMMENT ON COLUMN minibar_ml.ml_watermarks.last_id IS 'The highest id seen: what is above it is new, however late.';

COMMENT ON TABLE minibar_ml.ml_metrics IS 'Metric points, partitioned by UTC month of observed_at.';
COMMENT ON COLUMN minibar_ml.ml_metrics.metric_type IS 'What was measured.';
COMMENT ON COLUMN minibar_ml.ml_metrics.hotel_id IS
    'The hotel; 0 is a chain''s common store, for the ledger names no hotel.';
COMMENT ON COLUMN minibar_ml.ml_metrics.entity_type IS 'Of what kind of thing.';
COMMENT ON COLUMN minibar_ml.ml_metrics.entity_id IS 'Its id in the source.';
COMMENT ON COLUMN minibar_ml.ml_metrics.metric_value IS 'The value, always finite; its unit follows from metric_type.';
COMMENT ON COLUMN minibar_ml.ml_metrics.observed_at IS 'When it was so, by the source''s clock.';
COMMENT ON COLUMN minibar_ml.ml_metrics.business_date IS 'The hotel''s local date.';
COMMENT ON COLUMN minibar_ml.ml_metrics.context IS
    'What checking it needs: exposure, guests, room type, occupancy, products.';

COMMENT ON TABLE minibar_ml.ml_nights IS 'What was known of a room''s night, and when; rows are only added.';
COMMENT ON COLUMN minibar_ml.ml_nights.id IS
    'Number of the row; the highest of a room and night is what was known last.';
COMMENT ON COLUMN minibar_ml.ml_nights.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_nights.room_id IS 'The room''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_nights.night IS 'The night that begins on this date.';
COMMENT ON COLUMN minibar_ml.ml_nights.state IS 'occupied or unknown.';
COMMENT ON COLUMN minibar_ml.ml_nights.guests IS 'How many guests; null: unknown.';
COMMENT ON COLUMN minibar_ml.ml_nights.stay_id IS 'The stay''s id in the source.';
COMMENT ON COLUMN minibar_ml.ml_nights.arrives_on IS 'The stay''s first day.';
COMMENT ON COLUMN minibar_ml.ml_nights.arrives_at IS 'When the guests arrived, as far as it was known.';
COMMENT ON COLUMN minibar_ml.ml_nights.departs_on IS 'The stay''s last day.';
COMMENT ON COLUMN minibar_ml.ml_nights.departs_at IS 'When they left, as far as it was known.';
COMMENT ON COLUMN minibar_ml.ml_nights.is_expected IS 'Whether only an expected arrival spoke for it.';
COMMENT ON COLUMN minibar_ml.ml_nights.known_at IS 'When it was known.';

COMMENT ON TABLE minibar_ml.ml_models IS 'Trained models, sealed; the last versions of each.';
COMMENT ON COLUMN minibar_ml.ml_models.id IS 'Number of the row.';
COMMENT ON COLUMN minibar_ml.ml_models.model_type IS 'statistics or isolation_forest.';
COMMENT ON COLUMN minibar_ml.ml_models.metric_type IS 'The metric that it checks.';
COMMENT ON COLUMN minibar_ml.ml_models.hotel_id IS 'The hotel that it was learned from.';
COMMENT ON COLUMN minibar_ml.ml_models.version IS 'Counted from 1 for each model type, metric and hotel.';
COMMENT ON COLUMN minibar_ml.ml_models.model_data IS
    'The model, encrypted and bound to type, metric, hotel and version.';
COMMENT ON COLUMN minibar_ml.ml_models.parameters IS
    'The days that it was learned from; nothing that shows what goes unnoticed.';
COMMENT ON COLUMN minibar_ml.ml_models.data_points IS 'How many points it was learned from.';
COMMENT ON COLUMN minibar_ml.ml_models.trained_at IS 'As of when.';
COMMENT ON COLUMN minibar_ml.ml_models.accuracy IS 'Share classified correctly in evaluation; null: not measured.';
COMMENT ON COLUMN minibar_ml.ml_models.precision IS 'Share of alerts that were right; null: not measured.';
COMMENT ON COLUMN minibar_ml.ml_models.recall IS 'Share of faults found; null: not measured.';
COMMENT ON COLUMN minibar_ml.ml_models.evaluated_on IS 'What it was measured on: injected faults or verdicts.';
COMMENT ON COLUMN minibar_ml.ml_models.is_active IS
    'Whether detect uses it; at most one of each model type, metric and hotel.';

COMMENT ON TABLE minibar_ml.ml_training_logs IS 'Every training of every model, also those that made none.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.id IS 'Number of the row.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.model IS 'statistics or isolation_forest.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.metric_type IS 'The metric.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.hotel_id IS 'The hotel.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.started_at IS 'When it began.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.ended_at IS 'When it ended.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.data_points IS 'How many points it had.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.success IS 'Whether a model came of it.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.error IS 'Why not.';
COMMENT ON COLUMN minibar_ml.ml_training_logs.metrics IS
    'Qualities in the evaluation, none that shows what goes unnoticed.';

COMMENT ON TABLE minibar_ml.ml_alerts IS
    'Alerts. At most one is live (open, acknowledged, snoozed) for a type, hotel and entity.';
COMMENT ON COLUMN minibar_ml.ml_alerts.id IS 'The alert''s number, as people see it.';
COMMENT ON COLUMN minibar_ml.ml_alerts.type IS 'What kind of fault.';
COMMENT ON COLUMN minibar_ml.ml_alerts.severity IS 'low, medium, high or critical, in this order.';
COMMENT ON COLUMN minibar_ml.ml_alerts.status IS 'open, acknowledged, snoozed, resolved or false_positive.';
COMMENT ON COLUMN minibar_ml.ml_alerts.hotel_id IS 'The hotel; 0 is a chain''s common store.';
COMMENT ON COLUMN minibar_ml.ml_alerts.entity_type IS 'room, product, attendant or hotel.';
COMMENT ON COLUMN minibar_ml.ml_alerts.entity_id IS 'The source''s id.';
COMMENT ON COLUMN minibar_ml.ml_alerts.entity_name IS 'Its name when the alert was last found.';
COMMENT ON COLUMN minibar_ml.ml_alerts.metric IS 'The metric that shows it.';
COMMENT ON COLUMN minibar_ml.ml_alerts.value IS 'What was measured.';
COMMENT ON COLUMN minibar_ml.ml_alerts.expected IS 'What is usual.';
COMMENT ON COLUMN minibar_ml.ml_alerts.lower IS 'The least that is normal.';
COMMENT ON COLUMN minibar_ml.ml_alerts.upper IS 'The most that is normal.';
COMMENT ON COLUMN minibar_ml.ml_alerts.deviation_percent IS 'How far from expected, in percent.';
COMMENT ON COLUMN minibar_ml.ml_alerts.score IS 'Evidence in nats: -ln of the chance of the same on a normal day.';
COMMENT ON COLUMN minibar_ml.ml_alerts.detector IS
    'Which detector found it; +forest where the Isolation Forest agreed.';
COMMENT ON COLUMN minibar_ml.ml_alerts.impact IS 'Possible loss, in the hotel''s currency.';
COMMENT ON COLUMN minibar_ml.ml_alerts.reason IS 'Which sentence describes it.';
COMMENT ON COLUMN minibar_ml.ml_alerts.facts IS 'The figures of that sentence.';
COMMENT ON COLUMN minibar_ml.ml_alerts.message IS 'The sentence, in the language of the installation.';
COMMENT ON COLUMN minibar_ml.ml_alerts.suggested_action IS 'What to do about it.';
COMMENT ON COLUMN minibar_ml.ml_alerts.occurred_on IS 'The business day on which the fault began.';
COMMENT ON COLUMN minibar_ml.ml_alerts.last_occurred_on IS 'The last one on which it was found.';
COMMENT ON COLUMN minibar_ml.ml_alerts.measured_on IS 'The day of the figures above.';
COMMENT ON COLUMN minibar_ml.ml_alerts.raised_at IS 'When it was raised, or could first be known.';
COMMENT ON COLUMN minibar_ml.ml_alerts.last_seen IS 'As of when it was last found.';
COMMENT ON COLUMN minibar_ml.ml_alerts.occurrences IS 'On how many days it was found.';
COMMENT ON COLUMN minibar_ml.ml_alerts.read_at IS 'When somebody acknowledged it.';
COMMENT ON COLUMN minibar_ml.ml_alerts.read_by IS 'Who did.';
COMMENT ON COLUMN minibar_ml.ml_alerts.resolved_at IS 'When it was closed.';
COMMENT ON COLUMN minibar_ml.ml_alerts.resolved_by IS 'Who closed it; system where it ended without action.';
COMMENT ON COLUMN minibar_ml.ml_alerts.snoozed_until IS 'When it comes back.';
COMMENT ON COLUMN minibar_ml.ml_alerts.snoozed_by IS 'Who snoozed it.';
COMMENT ON COLUMN minibar_ml.ml_alerts.previous_id IS 'The alert of the same fault before this one.';
COMMENT ON COLUMN minibar_ml.ml_alerts.muted_by IS 'The live alert that explains this one.';

COMMENT ON TABLE minibar_ml.ml_alert_comments IS 'What people said about alerts.';
COMMENT ON COLUMN minibar_ml.ml_alert_comments.id IS 'Number of the row.';
COMMENT ON COLUMN minibar_ml.ml_alert_comments.alert_id IS 'The alert.';
COMMENT ON COLUMN minibar_ml.ml_alert_comments.at IS 'When it was said.';
COMMENT ON COLUMN minibar_ml.ml_alert_comments.by IS 'Who said it.';
COMMENT ON COLUMN minibar_ml.ml_alert_comments.body IS 'The text.';

COMMENT ON TABLE minibar_ml.ml_alert_events IS 'What happened to each alert, in order.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.id IS 'Number of the row.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.alert_id IS 'The alert.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.event IS 'What happened.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.at IS 'When.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.severity IS 'The alert''s severity then.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.by IS 'Who did it; null: the system.';
COMMENT ON COLUMN minibar_ml.ml_alert_events.considered_at IS 'When it was turned into messages; null: not yet.';

COMMENT ON TABLE minibar_ml.ml_job_runs IS
    'One row per run of a job. One that stays running while nobody holds the job''s lock was killed.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.id IS 'Number of the run.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.job IS 'The job.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.as_of IS 'The instant that the run believed it was.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.started_at IS 'When it began.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.ended_at IS 'When it ended.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.outcome IS 'running, done, partly or failed.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.counts IS 'What it did, in figures.';
COMMENT ON COLUMN minibar_ml.ml_job_runs.error IS 'Why it failed, or what part of it could not be done.';

COMMENT ON TABLE minibar_ml.ml_changed_days IS
    'Business days whose points a run of collect has changed: detect checks them again.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.run_id IS 'The run of collect.';
COMMENT ON COLUMN minibar_ml.ml_changed_days.business_date IS 'The day.';

COMMENT ON TABLE minibar_ml.ml_audit_log IS
    'Who did what, when, before and after. Rows are only ever added, as a chain of hashes.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.id IS 'Number of the entry, without gaps.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.at IS 'When, by the server''s clock.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.database_role IS 'The role that had logged in.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.os_user IS 'The operating-system user, as the client says.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.operator IS 'The person who was named, as the client says.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.action IS 'What was done.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.subject IS 'To what.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.before IS 'How it was before.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.after IS 'How it was afterwards.';
COMMENT ON COLUMN minibar_ml.ml_audit_log.hash IS 'SHA-256 of the entry and of the hash before it.';

COMMENT ON TABLE minibar_ml.ml_audit_head IS 'The last entry of the audit log; one row.';
COMMENT ON COLUMN minibar_ml.ml_audit_head.only_row IS 'Keeps it one row.';
COMMENT ON COLUMN minibar_ml.ml_audit_head.last_id IS 'Its number.';
COMMENT ON COLUMN minibar_ml.ml_audit_head.hash IS 'Its hash.';

COMMENT ON TABLE minibar_ml.ml_access IS 'What a login role of the database is in the hotels.';
COMMENT ON COLUMN minibar_ml.ml_access.database_role IS 'The login role.';
COMMENT ON COLUMN minibar_ml.ml_access.role IS 'administrator, viewer or storekeeper.';
COMMENT ON COLUMN minibar_ml.ml_access.hotel_ids IS 'In which hotels; null: in all.';
COMMENT ON COLUMN minibar_ml.ml_access.user_id IS 'The user of the hotel application whose role it took.';
COMMENT ON COLUMN minibar_ml.ml_access.added_at IS 'When it was bound.';
COMMENT ON COLUMN minibar_ml.ml_access.added_by IS 'By which login.';

COMMENT ON TABLE minibar_ml.ml_people IS 'Who is notified of alerts, and how.';
COMMENT ON COLUMN minibar_ml.ml_people.id IS 'Number of the person.';
COMMENT ON COLUMN minibar_ml.ml_people.name IS 'The name; no two are alike.';
COMMENT ON COLUMN minibar_ml.ml_people.source_user_id IS 'The user of the hotel application.';
COMMENT ON COLUMN minibar_ml.ml_people.follows_source IS
    'Whether what the application says of the user is taken over at every run.';
COMMENT ON COLUMN minibar_ml.ml_people.role IS 'administrator or storekeeper.';
COMMENT ON COLUMN minibar_ml.ml_people.language IS 'tr or en.';
COMMENT ON COLUMN minibar_ml.ml_people.is_active IS 'Whether messages are sent.';
COMMENT ON COLUMN minibar_ml.ml_people.hotels IS 'Of which hotels; null: of all.';
COMMENT ON COLUMN minibar_ml.ml_people.alert_types IS 'Of which types; null: of all.';
COMMENT ON COLUMN minibar_ml.ml_people.min_severity IS 'From which severity on.';
COMMENT ON COLUMN minibar_ml.ml_people.quiet_from IS 'Where quiet hours begin; critical alerts are sent all the same.';
COMMENT ON COLUMN minibar_ml.ml_people.quiet_until IS 'Where they end.';
COMMENT ON COLUMN minibar_ml.ml_people.digest_at IS 'When the day''s digest is sent; null: each alert at once.';
COMMENT ON COLUMN minibar_ml.ml_people.repeat_minutes IS 'After how long an unread alert is sent again; null: never.';
COMMENT ON COLUMN minibar_ml.ml_people.wants_resolved IS 'Whether the end of an alert is sent too.';
COMMENT ON COLUMN minibar_ml.ml_people.reports IS 'Which reports are mailed.';

COMMENT ON TABLE minibar_ml.ml_channels IS 'Addresses of people, one of each kind.';
COMMENT ON COLUMN minibar_ml.ml_channels.id IS 'Number of the address.';
COMMENT ON COLUMN minibar_ml.ml_channels.person_id IS 'Whose it is.';
COMMENT ON COLUMN minibar_ml.ml_channels.kind IS 'email, sms, push or chat.';
COMMENT ON COLUMN minibar_ml.ml_channels.shown IS 'The mail address; of any other what may be seen of it.';
COMMENT ON COLUMN minibar_ml.ml_channels.sealed IS 'The address, encrypted: it may hold a token. Null for mail.';

COMMENT ON TABLE minibar_ml.ml_mails IS
    'Mails that were rendered beforehand, such as reports; several people may get one.';
COMMENT ON COLUMN minibar_ml.ml_mails.id IS 'Number of the mail.';
COMMENT ON COLUMN minibar_ml.ml_mails.subject IS 'Its subject.';
COMMENT ON COLUMN minibar_ml.ml_mails.body IS 'Its text.';
COMMENT ON COLUMN minibar_ml.ml_mails.html IS 'The same as HTML.';

COMMENT ON TABLE minibar_ml.ml_attachments IS 'Files that go with a mail.';
COMMENT ON COLUMN minibar_ml.ml_attachments.mail_id IS 'The mail.';
COMMENT ON COLUMN minibar_ml.ml_attachments.name IS 'The file''s name.';
COMMENT ON COLUMN minibar_ml.ml_attachments.media_type IS 'Its type, such as application/pdf.';
COMMENT ON COLUMN minibar_ml.ml_attachments.content IS 'Its bytes.';

COMMENT ON TABLE minibar_ml.ml_outbox IS
    'Messages to be delivered, one for each address and event (and repetition), report or digest.';
COMMENT ON COLUMN minibar_ml.ml_outbox.id IS 'Number of the message.';
COMMENT ON COLUMN minibar_ml.ml_outbox.kind IS 'alert, digest or report.';
COMMENT ON COLUMN minibar_ml.ml_outbox.channel_id IS 'The address.';
COMMENT ON COLUMN minibar_ml.ml_outbox.event_id IS 'The event of an alert.';
COMMENT ON COLUMN minibar_ml.ml_outbox.alert_id IS 'The alert.';
COMMENT ON COLUMN minibar_ml.ml_outbox.repetition IS '0 for the first message of an event, then counted.';
COMMENT ON COLUMN minibar_ml.ml_outbox.digest_id IS 'The digest that it is bundled into.';
COMMENT ON COLUMN minibar_ml.ml_outbox.report IS 'The edition of a report.';
COMMENT ON COLUMN minibar_ml.ml_outbox.mail_id IS 'The mail of a report.';
COMMENT ON COLUMN minibar_ml.ml_outbox.status IS
    'waiting, bundled, sent, skipped (what it says is over) or failed (given up).';
COMMENT ON COLUMN minibar_ml.ml_outbox.created_at IS 'When it was written.';
COMMENT ON COLUMN minibar_ml.ml_outbox.next_at IS
    'When it is due; whoever sends it moves this ahead, so that a killed run leaves it due again.';
COMMENT ON COLUMN minibar_ml.ml_outbox.attempts IS 'How often sending was begun.';
COMMENT ON COLUMN minibar_ml.ml_outbox.ended_at IS 'When it was sent, skipped or given up.';
COMMENT ON COLUMN minibar_ml.ml_outbox.reason IS 'Why it was delayed or given up.';
