"""HTTP routes beside the page (Starlette): sounds, pictures and exports of the history."""
