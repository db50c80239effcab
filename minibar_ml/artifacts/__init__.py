"""Model <-> sealed bytes: the keys, the payload's serial form, and the authenticated envelope around it."""
