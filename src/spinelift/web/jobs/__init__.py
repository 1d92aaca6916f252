"""What takes long: the row of a job is the truth about it, a message on a queue only a wake-up."""
