"""What is usual of attendants: the pace at which they refill rooms."""
