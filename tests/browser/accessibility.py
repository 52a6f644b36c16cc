"""What axe-core finds on the page."""

from __future__ import annotations

from tests.browser.app import Vois


def violations(vois: Vois, axe: str) -> list[str]:
    """What axe-core finds, its rule for a contrast of 7:1 included."""
    vois.page.evaluate(axe)
    found = vois.page.evaluate(
        "axe.run(document, { rules: { 'color-contrast-enhanced': { enabled: true } } })"
    )
    checked = {rule["id"] for rule in found["passes"]}
    assert "color-contrast-enhanced" in checked
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found["violations"]
        # Minor: Streamlit's drop zone, until streamlit.js has mended its role a moment later.
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
