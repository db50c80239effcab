-- Jobs see who has access: their `access list` said that nobody had.

DROP POLICY seen ON minibar_ml.ml_access;
CREATE POLICY seen ON minibar_ml.ml_access FOR SELECT
    USING (database_role = current_user OR (SELECT minibar_ml.runs_jobs(current_user))
           OR (SELECT minibar_ml.is_any(current_user, '{administrator}')));
