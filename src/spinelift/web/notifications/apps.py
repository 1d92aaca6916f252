from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "spinelift.web.notifications"

    def ready(self) -> None:
        # Not above: they need the models, which are there from now on.
        from spinelift.web.events import BatchFinished, MeshFailed
        from spinelift.web.jobs.cleaning import clean_too
        from spinelift.web.jobs.kinds import register
        from spinelift.web.notifications.cleaning import remove_old_notifications
        from spinelift.web.notifications.jobs import NotificationJob
        from spinelift.web.notifications.listeners import tell_of_batch, tell_of_mesh
        from spinelift.web.subscriptions import subscribe

        subscribe(BatchFinished, tell_of_batch)
        subscribe(MeshFailed, tell_of_mesh)
        register(NotificationJob())
        clean_too("notifications", remove_old_notifications)
