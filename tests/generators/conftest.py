"""What these tests are given."""

from ..service.conftest import gate

__all__ = ["gate"]
