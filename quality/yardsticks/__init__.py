"""What the detectors are compared with: bounds, naive rules, naive forecasts, and their own estimates."""
