-- The audit log.

-- name: insert
-- Records who did what to what, before and after.
INSERT INTO minibar_ml.ml_audit_log (os_user, operator, action, subject, before, after)
VALUES (:os_user, :operator, :action, :subject, CAST(:before AS jsonb), CAST(:after AS jsonb))
