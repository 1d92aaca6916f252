"""`set_up_bucket`: a bucket of S3 that browsers of our site may fetch from and put into."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from spinelift.web.errors import StorageUnavailable
from spinelift.web.images.storage import set_up_bucket


class Command(BaseCommand):
    help = (
        "Makes the bucket of S3 where there is none, and has it allow GET and PUT from pages of "
        "the public URL (CORS), in place of what it allowed."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  # django's
        site = urlsplit(settings.PUBLIC_URL)
        origin = f"{site.scheme}://{site.netloc}"
        try:
            is_bucket = set_up_bucket(origin)
        except StorageUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"The bucket allows GET and PUT from {origin}."
            if is_bucket
            else "Files are kept in a folder: there is nothing to set up."
        )
