"""Art of ours is there for everybody, and nothing else below its address."""

from __future__ import annotations

import pytest
from django.test import Client

from spinelift.images import decode
from spinelift.web.page.samples import OFFERED


@pytest.mark.parametrize("name", sorted(OFFERED))
def test_sample_is_an_image(name: str) -> None:
    answer = Client().get(f"/samples/{name}.png")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert decode(answer.content).rgba[..., 3].any()


def test_nothing_else_is_a_sample() -> None:
    assert Client().get("/samples/secret.png").status_code == 404
