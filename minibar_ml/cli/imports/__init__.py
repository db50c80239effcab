"""`minibar-ml import`: a hotel's lists from files."""
