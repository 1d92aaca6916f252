"""Which address leads where."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from spinelift.web.accounts.views import change_password, open_link
from spinelift.web.api import api
from spinelift.web.page.samples import read_sample
from spinelift.web.page.views import read_page

urlpatterns = [
    path("", read_page),
    path("samples/<str:name>.png", read_sample),
    path("api/v1/auth/", include("spinelift.web.accounts.allauth_urls")),
    path("api/v1/", api.urls),
    path("admin/password_change/", admin.site.admin_view(change_password, cacheable=True)),
    path("admin/", admin.site.urls),
    path("open/<str:secret>", open_link),
]
