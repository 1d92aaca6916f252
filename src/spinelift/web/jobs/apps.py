from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "spinelift.web.jobs"
