"""A project with art that SpineLift draws itself, already meshed, for who has none yet."""

from __future__ import annotations

import io

from spinelift.images import encode_png
from spinelift.mesh.presets import BALANCED, PRESETS
from spinelift.samples import draw_all
from spinelift.web.accounts.models import User
from spinelift.web.actors import SYSTEM
from spinelift.web.images.files import examine
from spinelift.web.images.services import add_image
from spinelift.web.meshes.orders import MeshOrder
from spinelift.web.meshes.services import MeshGenerationService
from spinelift.web.projects.models import Project
from spinelift.web.projects.services import create_project

NAME = "Fox (demo)"


def make_demo(user: User) -> None:
    """Make it, and ask for its meshes; nothing where the user has any project."""
    if Project.objects.visible_to(user).exists():
        return
    project = create_project(actor=SYSTEM, owner=user, name=NAME)
    for name, rgba in draw_all().items():
        upload = examine(io.BytesIO(encode_png(rgba)), name)
        add_image(actor=SYSTEM, project=project, name=name, upload=upload)
    order = MeshOrder(PRESETS[BALANCED], preset=BALANCED)
    MeshGenerationService().generate_batch(
        actor=SYSTEM, user=user, project=project, images=None, order=order
    )
