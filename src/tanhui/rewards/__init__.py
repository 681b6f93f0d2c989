"""What points are spent on: offers, who pays for them, redemptions, drops, giving, expiry."""
