from __future__ import annotations

from itertools import count
from typing import Any

from django.db import migrations, models

from spinelift.spine.names import without_case

LONGEST = 200


def fold_names(apps: Any, schema_editor: Any) -> None:
    """Of images whose names differ in case alone, the oldest keeps its own."""
    rows = apps.get_model("images", "ProjectImage").objects.using(schema_editor.connection.alias)
    for project in rows.order_by("project").values_list("project", flat=True).distinct():
        images = list(rows.filter(project=project).order_by("created_at", "id"))
        known = {without_case(image.name) for image in images}
        kept = set()
        for image in images:
            if without_case(image.name) in kept:
                image.name = _free(image.name, known)
                known.add(without_case(image.name))
            image.folded_name = without_case(image.name)
            kept.add(image.folded_name)
        rows.bulk_update(images, ["name", "folded_name"], batch_size=500)


def _free(name: str, known: set[str]) -> str:
    for number in count(2):
        suffix = f"_{number}"
        found = name[: LONGEST - len(suffix)] + suffix
        if without_case(found) not in known:
            break
    return found


class Migration(migrations.Migration):
    dependencies = [("images", "0003_versions")]

    operations = [
        migrations.AddField(
            model_name="projectimage",
            name="folded_name",
            field=models.TextField(default=""),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="projectimage", name="image_has_its_own_name"),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="projectimage",
            constraint=models.UniqueConstraint(
                fields=("project", "folded_name"), name="image_has_its_own_name"
            ),
        ),
    ]
