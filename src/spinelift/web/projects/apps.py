from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "spinelift.web.projects"
