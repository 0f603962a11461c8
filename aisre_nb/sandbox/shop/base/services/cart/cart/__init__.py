"""The cart service: keeps carts, says what they cost."""
