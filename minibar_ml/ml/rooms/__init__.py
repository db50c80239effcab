"""What rooms are expected to consume, given their guests."""
