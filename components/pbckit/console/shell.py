"""What is around every page: navigation, light and dark, what is wrong, and when the system was last looked at."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files

from nicegui import ui

from pbckit.cli.reports import style
from pbckit.console.observation import Observation
from pbckit.console.pages import Console, Page

_CSS = "".join(
    (
        style.variables(":root", style.LIGHT),
        style.variables("body.body--dark", style.DARK),
        style.CHARTS,
        files("pbckit.console").joinpath("console.css").read_text(),
    )
)
_CONNECTED = """<script>
document.addEventListener("DOMContentLoaded", () => {
  document.body.inert = true;
  const look = setInterval(() => {
    if (!window.did_handshake) return;
    document.body.inert = false;
    clearInterval(look);
  }, 20);
});
</script>"""
"""Nothing can be typed or pressed before the page is connected: NiceGUI may send what came before out of order."""
_THEME = "pbc-console-theme"
_THEMES: Mapping[str, bool | None] = {"auto": None, "light": False, "dark": True}


@contextmanager
def framed(console: Console, page: Page, cookies: Mapping[str, str]) -> Iterator[None]:
    """The frame; what is made within stands in its middle."""
    ui.add_css(_CSS)
    ui.add_head_html(_CONNECTED)
    with ui.header(fixed=False, elevated=False, wrap=True, add_scroll_padding=False).classes("bar"):
        ui.label(f"stack {console.connection.stack}").classes("stack")
        _navigation(console, page)
        _theme_button(cookies.get(_THEME, "auto"))
    with ui.element("div").classes("content") as content:  # NiceGUI has a `main` around it.
        with ui.element("h1"):
            ui.label(page.title)
        problem = ui.label().classes("problem").props("role=alert")
        state = ui.label().classes("state").props("role=status")
        yield
    ui.skip_link(target=content)

    def refresh() -> None:
        found = problems(console)
        problem.set_text(" · ".join(found))
        problem.set_visibility(bool(found))
        state.set_text(state_line(console.poller.latest, console.poller.pause_seconds))

    refresh()
    console.on_change(refresh)


def problems(console: Console) -> list[str]:
    """What keeps the console from showing everything."""
    latest = console.poller.latest
    silent = latest.silent if latest else {}
    found = [latest.problem if latest else None, console.topology_problem]
    return [*(one for one in found if one), *(f"{unit} does not answer: {why}" for unit, why in silent.items())]


def state_line(latest: Observation | None, pause_seconds: float) -> str:
    """When the system was looked at, and whether all is well."""
    if latest is None:
        return "looking at the system …"
    seen = f"as of {latest.at:%H:%M:%S} UTC, next look in {pause_seconds:.0f} s"
    if latest.problem and not latest.units:
        return f"nothing can be seen; {seen}"
    wrong = [*latest.wrong, *latest.silent]
    return f"{'needs a look: ' + ', '.join(wrong) if wrong else 'healthy'}; {seen}"


def _navigation(console: Console, page: Page) -> None:
    with ui.element("nav").props('aria-label="Pages"'):
        for path, one in console.pages.items():
            if one.listed:
                link = ui.link(one.title, path)
                if one is page:
                    link.props("aria-current=page")


def _theme_button(name: str) -> None:
    """Goes round auto, light and dark; the browser keeps the choice in a cookie."""
    name = name if name in _THEMES else "auto"
    mode = ui.dark_mode(value=_THEMES[name])

    def choose() -> None:
        names = list(_THEMES)
        chosen = names[(names.index(button.text.removeprefix("theme: ")) + 1) % len(names)]
        mode.value = _THEMES[chosen]
        button.set_text(f"theme: {chosen}")
        ui.run_javascript(f"document.cookie = '{_THEME}={chosen}; path=/; samesite=strict; max-age=31536000'")

    button = ui.button(f"theme: {name}", on_click=choose, color=None).props("flat no-caps dense").classes("theme")
