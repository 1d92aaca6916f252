from typing import Any

from django.db import migrations
from django.db.models import Max


def count(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    """As far as that is known: up to the last one that there is."""
    for image in apps.get_model("images", "ProjectImage").objects.annotate(last=Max("meshes__number")):
        image.versions = image.last or 0
        image.save(update_fields=["versions"])


class Migration(migrations.Migration):
    dependencies = [("meshes", "0001_initial"), ("images", "0003_versions")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
