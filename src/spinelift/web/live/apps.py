from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "spinelift.web.live"

    def ready(self) -> None:
        from spinelift.web.live.listeners import listen

        listen()
