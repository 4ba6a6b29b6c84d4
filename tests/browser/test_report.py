"""The report in a real browser: opened from disk, in light and dark, on a phone, on paper, by keyboard, and by force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.pages import HAND_MADE, PAYLOADS

PHONE, TABLET, DESK = (360, 740), (768, 1024), (1280, 800)
NAMES = (*HAND_MADE, "graded")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"

ONE_OF_EACH = """
    document.querySelectorAll('.alike .case ~ .case').forEach(one => one.remove())
    document.querySelectorAll('.numbers').forEach(one => [...one.tBodies].slice(2).forEach(rows => rows.remove()))
"""
"""axe looks at each element for a second where there are thousands; what a template repeats is looked at once."""


@pytest.fixture(scope="session")
def where(folder: Path, graded: Path) -> Callable[[str], Path]:
    return lambda name: graded if name == "graded" else folder / f"{name}.html"


@contextmanager
def opened(browser: Browser, path: Path, *, size: tuple[int, int] = DESK, **options: Any) -> Iterator[Page]:
    """Open a file, and see to it that it stays alone and silent: no request, no message, no error, no dialog."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(60_000)  # for a busy machine; what is waited for comes at once
    page, heard, asked = context.new_page(), list[str](), list[str]()

    def hear(message: ConsoleMessage) -> None:
        heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
    context.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    assert heard == []
    assert asked == [path.as_uri()]
    assert len(context.pages) == 1
    context.close()


def is_wider_than(page: Page, width: int) -> bool:
    """Tell whether the page can be scrolled sideways; boxes of their own inside it may be."""
    page.evaluate("window.scrollTo(1000, 0)")
    wide = bool(page.evaluate("window.scrollX > 0 || document.documentElement.scrollWidth > innerWidth"))
    page.evaluate("window.scrollTo(0, 0)")
    return wide


def seen_soon(page: Page, what: str) -> None:
    """Wait until an expression is true; Playwright's own wait is forbidden by the page's policy if it is not at once."""
    for _ in range(100):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=["phone", "tablet", "desk"])
def test_it_opens_alone_and_fits(
    browser: Browser, where: Callable[[str], Path], name: str, size: tuple[int, int]
) -> None:
    with opened(browser, where(name), size=size) as page:
        assert page.locator("h1").count() == 1
        assert not is_wider_than(page, size[0])
        page.evaluate(OPEN_ALL)
        assert not is_wider_than(page, size[0])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, where: Callable[[str], Path], axe: str, name: str, scheme: Any) -> None:
    size = PHONE if scheme == "dark" else DESK
    with opened(browser, where(name), size=size, color_scheme=scheme, bypass_csp=True) as page:
        page.evaluate(ONE_OF_EACH)
        page.evaluate(OPEN_ALL)
        page.evaluate(axe)
        options = {"runOnly": list(RULES), "resultTypes": ["violations"], "preload": False}
        found = page.evaluate("options => axe.run(document, options)", options)
        assert len(found["passes"]) > 15
        assert [
            (one["id"], one["help"], [node["html"] for node in one["nodes"]][:3]) for one in found["violations"]
        ] == []


def test_axe_would_find_something(browser: Browser, tmp_path: Path, axe: str) -> None:
    """The check above can fail."""
    (tmp_path / "bad.html").write_text("<title>x</title><p style='color:#ccc;background:#fff'>faint</p>")
    with opened(browser, tmp_path / "bad.html", bypass_csp=True) as page:
        page.evaluate(axe)
        found = {one["id"] for one in page.evaluate("axe.run()")["violations"]}
        assert {"color-contrast", "html-has-lang"} <= found


@pytest.mark.parametrize("name", ["usual", "graded", "perfect", "empty"])
def test_the_first_thing_is_on_a_phones_first_screen(browser: Browser, where: Callable[[str], Path], name: str) -> None:
    with opened(browser, where(name), size=PHONE) as page:
        for part in ("#first-title", "#first .lead", ".score b"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] < PHONE[1]
        lead = page.locator("#first .lead").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
        assert lead >= 18


def test_light_and_dark_differ(browser: Browser, where: Callable[[str], Path]) -> None:
    paper = {}
    for scheme in ("light", "dark"):
        with opened(browser, where("usual"), color_scheme=scheme) as page:  # type: ignore[arg-type]
            paper[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(brightness(paper["light"])) > 200
    assert max(brightness(paper["dark"])) < 60


def brightness(colour: str) -> list[int]:
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]


def test_formulas_are_laid_out(browser: Browser, where: Callable[[str], Path]) -> None:
    with opened(browser, where("usual")) as page:
        page.evaluate(OPEN_ALL)
        fraction = page.locator(".statement mfrac").first.bounding_box()
        above, below = (page.locator(".statement mfrac > *").nth(i).bounding_box() for i in (0, 1))
        assert fraction
        assert above
        assert below
        assert above["y"] + above["height"] <= below["y"] + 2


def test_the_failing_line_stands_out(browser: Browser, where: Callable[[str], Path]) -> None:
    with opened(browser, where("graded")) as page:
        line = page.locator(".listing .line.marked").first
        assert "targte" in line.inner_text()
        assert "▸" in line.locator(".ln").evaluate("one => getComputedStyle(one, '::before').content")
        plain, marked = (
            page.locator(f".listing .line{kind}").first.evaluate("one => getComputedStyle(one).backgroundColor")
            for kind in (":not(.marked)", ".marked")
        )
        assert plain != marked


# By keyboard

FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
    const all = [...document.querySelectorAll('*')]
    return {place: all.indexOf(one), tag: one.tagName, kind: one.className, outline: style.outlineStyle,
            width: parseFloat(style.outlineWidth), top: box.top, bottom: box.bottom, height: innerHeight}
}"""


def test_every_stop_of_the_tab_key_is_in_order_and_can_be_seen(browser: Browser, where: Callable[[str], Path]) -> None:
    with opened(browser, where("usual"), reduced_motion="reduce") as page:
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href], summary, [tabindex=\"0\"]')].filter(one => one.checkVisibility()).length"
        )
        stops = []
        for _ in range(wanted):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(FOCUSED))
        places = [stop["place"] for stop in stops]
        assert places == sorted(set(places))
        assert stops[0]["kind"] == "skip"
        for stop in stops:
            assert (stop["outline"], stop["width"] >= 2) == ("solid", True), stop
            assert stop["bottom"] > 0, stop
            assert stop["top"] < stop["height"], stop
        assert {stop["tag"] for stop in stops} == {"A", "SUMMARY", "DIV"}
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "BODY"  # no trap


def test_the_skip_link_leads_to_the_first_thing(browser: Browser, where: Callable[[str], Path]) -> None:
    with opened(browser, where("usual")) as page:
        hidden = page.locator(".skip").bounding_box()
        assert hidden is not None
        assert hidden["y"] + hidden["height"] <= 0
        page.keyboard.press("Tab")
        seen_soon(page, "document.querySelector('.skip').getBoundingClientRect().top >= 0")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "first"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#first') !== null")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_details_open_and_shut_by_key(browser: Browser, where: Callable[[str], Path], key: str) -> None:
    with opened(browser, where("usual")) as page:
        hint = page.locator("#first .hint > summary").first
        hint.focus()
        assert not page.get_by_text("Which axis holds one example's scores?").first.is_visible()
        page.keyboard.press(key)
        assert page.get_by_text("Which axis holds one example's scores?").first.is_visible()
        assert not page.get_by_text("Write dim=-1").first.is_visible()  # one hint at a time
        page.keyboard.press("Tab")
        page.keyboard.press(key)
        assert page.get_by_text("Look at").first.is_visible()
        hint.focus()
        page.keyboard.press(key)
        assert not page.get_by_text("Look at").first.is_visible()


def test_a_wide_listing_scrolls_by_key(browser: Browser, where: Callable[[str], Path]) -> None:
    with opened(browser, where("usual"), size=PHONE) as page:
        listing = page.locator(".listing .scroll").first
        listing.focus()
        page.keyboard.press("ArrowRight")
        seen_soon(page, "document.querySelector('.listing .scroll').scrollLeft > 0")


# On paper


@pytest.mark.parametrize("name", ["usual", "graded", "everything"])
def test_on_paper_nothing_is_cut_and_all_is_light(browser: Browser, where: Callable[[str], Path], name: str) -> None:
    with opened(browser, where(name), size=(700, 1000), color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert min(brightness(page.evaluate("getComputedStyle(document.body).backgroundColor"))) == 255
        assert max(brightness(page.evaluate("getComputedStyle(document.body).color"))) < 60
        for hidden in (".skip", ".contents", ".hint"):
            assert not [one for one in page.locator(hidden).all() if one.is_visible()]
        assert page.locator("#first .lead").is_visible()
        cut = page.evaluate(
            "[...document.querySelectorAll('.code, .output')].filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)"
            ".map(one => one.textContent.slice(0, 80))"
        )
        assert cut == []
        assert not is_wider_than(page, 700)
        assert page.pdf(format="A4").startswith(b"%PDF")


# By force

FORBIDDEN = "script, iframe, object, embed, img, video, audio, form, input, button, link, base, textarea, foreignObject"


@pytest.mark.parametrize("name", ["everything", *(f"hostile-{name}" for name in PAYLOADS)])
def test_hostile_strings_stay_text(browser: Browser, where: Callable[[str], Path], name: str) -> None:
    """The policy is switched off here: what the templates let through would act."""
    with opened(browser, where(name), bypass_csp=True) as page:
        page.evaluate(OPEN_ALL)
        page.mouse.move(400, 400)
        page.mouse.wheel(0, 2000)
        assert page.evaluate("window.acted") is None
        assert page.locator(FORBIDDEN).count() == 0
        assert page.locator("style").count() == 1
        assert page.locator("h1").count() == 1
        names = page.evaluate(
            "[...new Set([...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()))]"
        )
        assert not [
            one for one in names if one.startswith("on") or one in {"style", "src", "srcdoc", "autofocus", "action"}
        ]
        away = page.evaluate(
            "[...document.querySelectorAll('a[href]:not([href^=\"#\"])')].map(one => [one.protocol, one.rel, !!one.closest(WORDS)])".replace(
                "WORDS", "'.prose, .message, .lead, .try, .why'"
            )
        )
        assert [
            link for link in away if link != ["https:", "noreferrer noopener", True]
        ] == []  # an author's, to be clicked
        text = page.inner_text("body")
        assert not set(text) & set("\x00\x07\x1b\x9b\u202e\u2066\u2069\u200b\u200f")
        assert "49" not in page.inner_text("h1")
        if name != "hostile-invisible":
            start = PAYLOADS.get(name.removeprefix("hostile-"), "<script>alert(1)</script>")
            assert start.split("\n")[0].split("`")[0].strip()[:40] in page.inner_text("h1")


def test_the_check_of_hostile_strings_can_fail(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(PAYLOADS["script"])
    with opened(browser, tmp_path / "bad.html", bypass_csp=True) as page:
        assert page.evaluate("window.acted") == 1


def test_the_policy_stops_what_a_template_might_let_through(browser: Browser, folder: Path, tmp_path: Path) -> None:
    text = (folder / "perfect.html").read_text(encoding="utf-8")
    bad = text.replace("<main>", f"<main>{PAYLOADS['script']}{PAYLOADS['element']}")
    (tmp_path / "bad.html").write_text(bad, encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "bad.html").as_uri())
    assert page.evaluate("window.acted") is None
    page.context.close()
