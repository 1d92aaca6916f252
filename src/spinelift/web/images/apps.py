from django.apps import AppConfig


class ImagesConfig(AppConfig):
    name = "spinelift.web.images"
