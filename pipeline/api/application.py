"""The API as one ASGI application, and as routes beside the page."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.api.access import Access, guarded
from pipeline.api.body_timeout import DEFAULT_LIMIT, BodyLimit, BodyTimeout
from pipeline.api.ollama_routes import OllamaRoutes
from pipeline.api.openai_routes import OpenAiRoutes
from pipeline.api.openapi import DOCUMENT_PATH, PAGE_PATH, document, page
from pipeline.api.operation import Answer, Operation
from pipeline.api.own_routes import OwnRoutes
from pipeline.api.problems import on_failure, on_http_error, on_vois_error
from pipeline.api.service import Service
from pipeline.errors import VoisError


class _DocumentRoutes:
    """The document of all operations, and the page for people."""

    def __init__(self, others: list[Operation]) -> None:
        self._all = [*others, *self.operations()]

    def operations(self) -> list[Operation]:
        """What is served."""
        return [
            Operation(
                "GET", DOCUMENT_PATH, self.openapi, "Describes the API for programs.",
                (Answer("application/json"),), is_open=True,
            ),
            Operation(
                "GET", PAGE_PATH, self.page, "Describes the API for people.",
                (Answer("text/html"),), is_open=True,
            ),
        ]  # fmt: skip

    async def openapi(self, request: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(document(self._all, request.scope.get("root_path", "")))

    async def page(self, request: Request) -> Response:
        """The page: it may load nothing, and nobody may frame it."""
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        html = page(self._all, request.scope.get("root_path", ""))
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})


def operations(service: Service, access: Access) -> list[Operation]:
    """All that the API does."""
    found = [
        *OwnRoutes(service, access).operations(),
        *OpenAiRoutes(service).operations(),
        *OllamaRoutes(service).operations(),
    ]
    return [*found, *_DocumentRoutes(found).operations()]


def application(service: Service, access: Access, limit: BodyLimit = DEFAULT_LIMIT) -> ASGIApp:
    """The API, guarded.

    Args:
        service: does the work.
        access: who may use it.
        limit: how slowly a body may arrive.
    """
    served = operations(service, access)
    routes = [Route(one.path, one.endpoint, methods=[one.method]) for one in served]
    app = Starlette(
        routes=routes,
        exception_handlers={
            VoisError: on_vois_error,
            HTTPException: on_http_error,
            Exception: on_failure,
        },
    )
    app.router.redirect_slashes = False  # a redirect would send a photo twice
    open_paths = frozenset(one.path for one in served if one.is_open)
    return guarded(BodyTimeout(app, limit), access, open_paths)


class _Below:
    """An application that is served below a path."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app, self._path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "root_path": self._path}, receive, send)


def routes_below(base_path: str, service: Service, access: Access) -> list[Route]:
    """The API's paths as routes for an application that serves others, too.

    Args:
        base_path: under which a proxy serves all of it, with or without slashes; "" for none.
        service: does the work.
        access: who may use it.
    """
    path = base_path.strip("/")
    root = f"/{path}" if path else ""
    app = _Below(application(service, access), root)
    paths = dict.fromkeys(one.path for one in operations(service, access))
    return [Route(root + one, app) for one in paths]
