from django.apps import AppConfig


class PresetsConfig(AppConfig):
    name = "spinelift.web.presets"
