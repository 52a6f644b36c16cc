"""The HTTP API: descriptions and speech for other programs of this machine (Starlette)."""

from pipeline.api.access import Access
from pipeline.api.application import application, routes_below
from pipeline.api.service import Service

__all__ = ["Access", "Service", "application", "routes_below"]
