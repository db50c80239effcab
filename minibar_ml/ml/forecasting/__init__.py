"""How long the stock of each product will last, and what to order."""
