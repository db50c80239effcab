"""What train does with one hotel: read its rows, fit, measure, and make candidates of models."""
