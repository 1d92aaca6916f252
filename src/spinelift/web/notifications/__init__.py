"""What people are told without having asked: in the application, by mail, and by webhooks."""
