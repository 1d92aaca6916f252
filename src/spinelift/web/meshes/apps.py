from django.apps import AppConfig


class MeshesConfig(AppConfig):
    name = "spinelift.web.meshes"

    def ready(self) -> None:
        from spinelift.web.jobs.kinds import register
        from spinelift.web.meshes.jobs import MeshCleanupJob, MeshGenerationJob

        register(MeshGenerationJob())
        register(MeshCleanupJob())
