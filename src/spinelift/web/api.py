"""`/api/v1/`: what the web application can be asked for, put together."""

from __future__ import annotations

from spinelift.version import __version__
from spinelift.web.accounts.api import router as accounts
from spinelift.web.accounts.authentication import AUTH
from spinelift.web.accounts.idempotency import kept, once
from spinelift.web.history.api import router as history
from spinelift.web.http.documents import DescribedAPI
from spinelift.web.http.problems import answer_problems
from spinelift.web.http.queries import nothing_unknown
from spinelift.web.http.values import StrictParser
from spinelift.web.images.api import router as images
from spinelift.web.live.api import router as live
from spinelift.web.meshes.api import router as meshes
from spinelift.web.notifications.api import router as notifications
from spinelift.web.presets.api import router as presets
from spinelift.web.projects.api import router as projects

api = DescribedAPI(
    title="SpineLift",
    version=__version__,
    description="Images in, Spine meshes out.",
    auth=AUTH,
    parser=StrictParser(),
    docs_url=None,
    urls_namespace="api",
)
answer_problems(api)
api.add_decorator(kept, mode="view")
api.add_decorator(nothing_unknown, mode="operation")
api.add_decorator(once, mode="operation")
for router in (accounts, projects, images, presets, meshes, live, notifications, history):
    api.add_router("", router)
