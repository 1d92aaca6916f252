"""What all of the API has in common: who asks, what errors look like, how much may be asked."""
