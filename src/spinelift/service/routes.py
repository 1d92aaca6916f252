"""The routes: have meshes made, one or many, see how that goes, and what can be asked for."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from spinelift.contract.problems import problem
from spinelift.mesh.errors import InvalidParameters
from spinelift.mesh.parameters import PARAMETERS
from spinelift.mesh.presets import PRESETS, TARGETS
from spinelift.mesh.validation import MeshParameterValidator
from spinelift.service import answers, batches, openapi
from spinelift.service.foreman import Foreman
from spinelift.service.intake import JSON, Intake
from spinelift.service.jobs import Jobs
from spinelift.service.wire import (
    Catalogue,
    JobStatus,
    ParameterFault,
    Validation,
)

# These are coroutines because FastAPI calls plain functions in another thread.


async def _foreman(request: Request) -> Foreman:
    foreman: Foreman = request.app.state.foreman
    return foreman


async def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


async def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


TheForeman = Annotated[Foreman, Depends(_foreman)]
TheJobs = Annotated[Jobs, Depends(_jobs)]
TheIntake = Annotated[Intake, Depends(_intake)]
JobIdPath = Annotated[str, openapi.JOB_ID]

router = APIRouter(prefix="/api/v1")


@router.post("/mesh/generate", status_code=202, **openapi.GENERATE)
async def generate(request: Request, foreman: TheForeman, intake: TheIntake) -> Response:
    """Mesh an image.

    Answers 202 at once; 200 with `Prefer: wait=N` where it is done in N seconds; or, with
    `Accept: application/x-ndjson`, a stream of progress that ends with the result, in which
    hanging up cancels the job.
    """
    async with intake.one(request) as order:
        record, is_new = await foreman.take_on(order)
    structlog.contextvars.bind_contextvars(job_id=record.job_id)
    if answers.wants_stream(request):
        return answers.streaming(answers.stream(record, foreman, is_ours=is_new))
    seconds = answers.preferred_wait(request)
    record = await answers.waited_for(record, foreman, seconds)
    if seconds and record.is_finished:
        result, _ = await answers.answer_of(record, foreman)
        return Response(result, media_type=JSON)
    status = answers.status_of(record, foreman)
    status.estimated_time = round(foreman.estimated_seconds, 3)
    return JSONResponse(status.model_dump(exclude_none=True), status_code=202)


@router.post("/mesh/batch", status_code=202, **openapi.BATCH)
async def batch(request: Request, foreman: TheForeman, intake: TheIntake) -> Response:
    """Mesh many images, each as if it had come alone: what is wrong with one harms no other.

    A batch is let in as a whole where there is room for one job. The three ways to get the answer
    are those of `generate`.
    """
    async with intake.many(request) as orders:
        items = await batches.take_on(orders, foreman)
    if answers.wants_stream(request):
        return answers.streaming(batches.stream(items, foreman))
    seconds = answers.preferred_wait(request)
    content, is_over = await batches.answer_of(items, foreman, seconds)
    return Response(content, status_code=200 if is_over else 202, media_type=JSON)


@router.post("/mesh/validate", **openapi.VALIDATE)
async def validate(request: Request, foreman: TheForeman, intake: TheIntake) -> Validation:
    """Check parameters: every error at once, and warnings.

    With an image, as `generate` takes it, also what there is to say of them for this image, and
    which parameters suit it and the `target`.
    """
    async with intake.question(request) as question:
        found = MeshParameterValidator().validate(question.values)
        warnings, recommendation = found.warnings, None
        if question.source is not None:
            advice = await foreman.advise(question, found.parameters)
            warnings = (*warnings, *advice.warnings)
            recommendation = advice.recommendation.to_mapping()
    errors = problem(InvalidParameters(found.errors))["details"]["parameters"]
    return Validation(
        valid=found.parameters is not None,
        errors=[ParameterFault.model_validate(error) for error in errors],
        warnings=list(warnings),
        parameters=None if found.parameters is None else found.parameters.to_mapping(),
        recommendation=recommendation,
    )


@router.get(
    "/mesh/{job_id}/status",
    response_model_exclude_none=True,
    responses=openapi.refusals(401, 404, 503),
)
async def status(job_id: JobIdPath, jobs: TheJobs, foreman: TheForeman) -> JobStatus:
    """How far a job is."""
    return answers.status_of(await jobs.get(job_id), foreman)


@router.get("/mesh/{job_id}/result", **openapi.RESULT)
async def result(
    job_id: JobIdPath,
    jobs: TheJobs,
    foreman: TheForeman,
    format: Annotated[Literal["mesh", "spine"], Query()] = "mesh",
) -> Response:
    """What came of a job: the mesh, or with `format=spine` a Spine skeleton document.

    The result of a job that failed is its error, with that error's status.
    """
    fields, document = await answers.answer_of(await jobs.get(job_id), foreman)
    return Response(document if format == "spine" else fields, media_type=JSON)


@router.delete(
    "/mesh/{job_id}",
    response_model_exclude_none=True,
    responses=openapi.refusals(401, 404, 503),
)
async def cancel(job_id: JobIdPath, foreman: TheForeman) -> JobStatus:
    """Cancel a job; one that has ended stays as it is."""
    return answers.status_of(await foreman.cancel(job_id), foreman)


@router.get("/parameters", responses=openapi.refusals(401))
async def parameters() -> Catalogue:
    """Every parameter with its range, default and help, the presets, and the targets."""
    return Catalogue.model_validate(
        {
            "parameters": [
                {
                    "name": spec.name,
                    "kind": spec.kind,
                    "default": spec.default,
                    "minimum": spec.minimum,
                    "maximum": spec.maximum,
                    "step": spec.step,
                    "unit": spec.unit,
                    "choices": list(spec.choices),
                    "optional": spec.optional,
                    "help": spec.help,
                }
                for spec in PARAMETERS.values()
            ],
            "presets": {name: preset.to_mapping() for name, preset in PRESETS.items()},
            "targets": dict(TARGETS),
        }
    )
