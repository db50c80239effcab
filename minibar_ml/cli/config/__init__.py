"""`minibar-ml config`: the facts of the hotels."""
