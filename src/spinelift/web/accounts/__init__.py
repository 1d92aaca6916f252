"""Who people are: users, how they sign in, and their tokens."""
