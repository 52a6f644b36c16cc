"""Routes below the path under which a proxy serves the page."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route


def under(base_path: str, routes: Sequence[Route]) -> list[Route]:
    """The routes as a person's browser asks for them.

    Args:
        base_path: of the page, with or without slashes around it; "" for none.
        routes: as they are without one.
    """
    path = base_path.strip("/")
    if not path:
        return [*routes]
    # No `Mount`: it would answer for Streamlit, too, which serves its page below the same path.
    return [
        Route(f"/{path}{route.path}", route.endpoint, methods=sorted(route.methods or ()))
        for route in routes
    ]
