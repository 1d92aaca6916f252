"""The old class's face: dicts in, dicts or None out."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import spinelift
from spinelift.batch_mesh_processor import BatchMeshProcessor
from spinelift.mesh.errors import InvalidParameters
from spinelift.mesh.parameters import MeshParameters

from .art import disc, two_discs, write_png


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write_png(tmp_path / "left arm.png", disc())


def test_dict_has_every_key_of_the_old_one(image: Path) -> None:
    data = BatchMeshProcessor().generate_mesh_data(str(image))

    assert data is not None
    assert set(data) == {
        *("image_path", "image_name", "width", "height", "vertices", "triangles", "uvs"),
        *("boundary_indices", "boundary_edges", "internal_edges", "params_used", "x", "y"),
    }


def test_dict_holds_the_mesh_of_the_library(image: Path) -> None:
    mesh = spinelift.generate_mesh(image, MeshParameters(max_vertices=9))

    data = BatchMeshProcessor({"max_vertices": 9}).generate_mesh_data(str(image))

    assert data is not None
    assert (data["image_path"], data["image_name"]) == (str(image), "left arm")
    assert (data["width"], data["height"], data["x"], data["y"]) == (48, 48, 24, 24)
    assert np.array_equal(data["vertices"], mesh.vertices)
    assert np.array_equal(data["triangles"], mesh.triangles)
    assert data["uvs"] == mesh.uvs.ravel().tolist()
    assert data["boundary_indices"] == list(range(mesh.hull))
    assert data["boundary_edges"] == mesh.boundary_edges.ravel().tolist()
    assert data["internal_edges"] == mesh.internal_edges.ravel().tolist()


def test_params_used_are_all_parameters(image: Path) -> None:
    data = BatchMeshProcessor({"detail_factor": 0.02}).generate_mesh_data(str(image))

    assert data is not None
    assert data["params_used"] == MeshParameters(detail_factor=0.02).to_mapping()


def test_unknown_parameter_is_reported_and_listed(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.warns(UserWarning, match="'detail_facter'.*did you mean detail_factor"):
        processor = BatchMeshProcessor({"detail_facter": 0.02, "padding": 1})

    assert processor.unknown_params == ("detail_facter",)
    assert "detail_facter" in caplog.text
    assert processor.params["padding"] == 1
    assert processor.params["detail_factor"] == 0.01


def test_value_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="alpha_threshold"):
        BatchMeshProcessor({"alpha_threshold": 300})


def test_one_attachment_an_island_does_not_fit_into_one_dict() -> None:
    with pytest.raises(InvalidParameters, match="split"):
        BatchMeshProcessor({"islands": "split"})


def test_image_without_a_mesh_is_none_with_the_reason_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    faint = write_png(tmp_path / "faint.png", disc(alpha=3))

    with caplog.at_level(logging.ERROR, logger="spinelift"):
        assert BatchMeshProcessor().generate_mesh_data(str(faint)) is None

    assert "faint.png is fully transparent at alpha threshold 10" in caplog.text


def test_batch_leaves_out_what_failed(tmp_path: Path) -> None:
    paths = [
        write_png(tmp_path / "a.png", disc()),
        tmp_path / "missing.png",
        write_png(tmp_path / "b.png", two_discs()),
    ]

    found = BatchMeshProcessor().process_image_batch([str(path) for path in paths])

    assert [data["image_name"] for data in found] == ["a", "b"]


def test_batch_of_nothing_is_nothing() -> None:
    assert BatchMeshProcessor().process_image_batch([]) == []


def test_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    paths = [str(write_png(tmp_path / f"{name}.png", disc())) for name in ("a", "b")]
    script = tmp_path / "old_script.py"
    script.write_text(
        "import spinelift\n"
        f"found = spinelift.BatchMeshProcessor().process_image_batch({paths!r})\n"
        "print(len(found))\n"
    )

    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["2"]
