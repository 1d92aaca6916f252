"""What migrations do to images that are there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.images.models import ProjectImage
from spinelift.web.projects.services import create_project


@pytest.mark.django_db(transaction=True)
def test_of_names_that_differ_in_case_alone_the_oldest_stays() -> None:
    alice = User.objects.create_user("alice@example.com")
    fox, owl = (create_project(actor=SYSTEM, owner=alice, name=name) for name in ("Fox", "Owl"))
    before = MigrationExecutor(connection)
    before.migrate([("images", "0003_versions")])
    rows = before.loader.project_state([("images", "0003_versions")]).apps
    blob = rows.get_model("images", "Blob").objects.create(
        sha256="0" * 64, size=1, format="PNG", width=1, height=1
    )
    image = rows.get_model("images", "ProjectImage").objects
    long = "x" * 200
    for name in ("arm", "Arm", "ARM", "arm_2", "leg", long, long.upper()):
        image.create(project_id=fox.id, name=name, blob=blob)
    image.create(project_id=owl.id, name="Arm", blob=blob)

    after = MigrationExecutor(connection)
    after.migrate(after.loader.graph.leaf_nodes())

    names = [image.name for image in ProjectImage.objects.filter(project=fox)]
    assert names == ["arm", "Arm_3", "ARM_4", "arm_2", "leg", long, "X" * 198 + "_2"]
    assert ProjectImage.objects.get(project=owl).name == "Arm"
