"""Why a Spine document or atlas could not be written or read.

SpineLiftError
└── SpineFormatError
    ├── UnknownSpineVersion  UNKNOWN_SPINE_VERSION
    ├── NothingToWrite       NOTHING_TO_WRITE
    ├── NameUnusable         NAME_UNUSABLE
    ├── NameTaken            NAME_TAKEN             (raised by spinelift.engine.export)
    ├── PositionUnusable     POSITION_UNUSABLE
    ├── DocumentUnreadable   DOCUMENT_UNREADABLE    (raised by spinelift.spine.reading)
    └── AtlasPageTooLarge    ATLAS_PAGE_TOO_LARGE   (raised by spinelift.spine.atlas)
"""

from __future__ import annotations

from spinelift.mesh.errors import SpineLiftError


class SpineFormatError(SpineLiftError):
    """The Spine format cannot hold what was given, or what was given is not that format."""

    code = "SPINE_FORMAT"


class UnknownSpineVersion(SpineFormatError):
    """No document is written for that version of Spine."""

    code = "UNKNOWN_SPINE_VERSION"


class NothingToWrite(SpineFormatError):
    """A document without a mesh would show nothing."""

    code = "NOTHING_TO_WRITE"


class NameUnusable(SpineFormatError):
    """The name is not safe as a file below the images folder, or an atlas cannot hold it."""

    code = "NAME_UNUSABLE"


class NameTaken(SpineFormatError):
    """Two images would be one file, or two meshes one attachment."""

    code = "NAME_TAKEN"


class PositionUnusable(SpineFormatError):
    """The position is not two finite numbers that a runtime can tell apart."""

    code = "POSITION_UNUSABLE"


class DocumentUnreadable(SpineFormatError):
    """The text is not a Spine skeleton in JSON, or contradicts itself."""

    code = "DOCUMENT_UNREADABLE"


class AtlasPageTooLarge(SpineFormatError):
    """One image needs a larger atlas page than graphics cards hold."""

    code = "ATLAS_PAGE_TOO_LARGE"
