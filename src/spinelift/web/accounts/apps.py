from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "spinelift.web.accounts"

    def ready(self) -> None:
        # Not above: it needs the models, which are there from now on.
        from spinelift.web.accounts.listeners import listen

        listen()
