"""The page: one file, no script, nothing from outside, an outline and labels, and strings that stay text."""

import ast
import base64
import hashlib
import math
import re
import time
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from grader.errors import Mistake
from grader.model import Outcome, Status
from grader.report import figures, html, markdown, tables
from tests.snapshots import reports

VOID = {"meta", "link", "br", "hr", "img", "input", "source", "col", "wbr", "area", "base", "embed", "track"}
PAGES = ["usual", "everything", "perfect", "empty"]


class Page(HTMLParser):
    """A strict reading of a page: every element is closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.elements, self.words = text, [], [], []  # type: ignore[var-annotated]
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute is there twice: {tag} {attrs}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag
        if tag in {"dt", "dd", "td", "th", "caption", "summary", "li"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def said(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(html.render(getattr(reports, request.param)()))


def test_nothing_acts_and_nothing_is_fetched(page: Page) -> None:
    allowed = {
        "html", "head", "meta", "title", "style", "body", "a", "header", "main", "nav", "section", "footer", "div", "p", "span",
        "h1", "h2", "h3", "h4", "b", "strong", "em", "code", "pre", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary",
        "figure", "figcaption", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "path", "rect", "text", "desc",
        "math", "mrow", "mi", "mn", "mo", "mfrac", "msub", "msup", "msubsup", "munderover", "mtext", "mspace", "mstyle",
    }  # fmt: skip
    assert {tag for tag, _ in page.elements} <= allowed
    for tag, attrs in page.elements:
        assert not [
            name for name in attrs if name.startswith("on") or name in {"src", "srcset", "style", "data", "action"}
        ]
        if "href" in attrs:
            assert tag == "a"
            assert (attrs["href"] or "").startswith("#")


def test_the_policy_allows_this_style_alone(page: Page) -> None:
    (policy,) = (attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy")
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\(|@import|expression", style)


def test_the_outline_has_no_gap(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_there_once_and_what_refers_to_them_finds_them(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = [name for _, attrs in page.elements for name in (attrs.get("aria-labelledby") or "").split()]
    assert {*named, *(str(attrs["href"])[1:] for attrs in page.all("a") if attrs.get("href"))} <= set(ids)


def test_pictures_and_scrolling_boxes_have_names(page: Page) -> None:
    for attrs in page.all("svg"):
        hidden, picture = attrs.get("aria-hidden") == "true", attrs.get("role") == "img"
        assert hidden or picture
    for _, attrs in page.elements:
        if "scroll" in (attrs.get("class") or "").split():
            assert attrs.get("aria-label")
            assert attrs.get("tabindex") == "0"
    assert page.all("html")[0]["lang"] == "en"
    assert [attrs["content"] for attrs in page.all("meta") if attrs.get("name") == "viewport"]


def test_the_usual_page_says_what_matters() -> None:
    said = Page(html.render(reports.usual())).said
    for part in (
        "12 of 35 points",
        "6 exercises: 1 passed, 2 wrong, 2 not attempted, 1 ungraded",
        "Fix this first softmax typical cell 3, line 12 each column sums to 1; each row should. You normalise over axis 0.",
        "Try normalise over the last axis: dim=-1.",
        "output[3, 3] 28 of 28 elements differ got 0.6389 expected 0.06301",
        "A hint 1 of 3 Which axis holds",
        "cell 6, line 2 NameError: name 'targts' is not defined",
        "12look here: return powers / powers.sum(dim=0, keepdim=True)",
        "Gradient at logits",
        "no gradient reaches logits",
        "the grader failed here; this is not your fault and costs no points",
        "What it printed shifted: torch.Size([4, 7])",
        "The next hint 3 of 3 Write dim=-1 in both reductions.",
        "output batch 4 \N{MULTIPLICATION SIGN} classes 7",
        "off by up to 0.14: 21 elements",
        "2 got 0.1327 0.3675",
        "not finite: 3 elements",
        "Isolation isolated by namespaces, seccomp, rlimits",
        "torch 2.13.0",
        "Seed 7",
    ):
        assert part in said


def test_what_passed_is_folded_and_what_failed_is_open() -> None:
    text = html.render(reports.usual())
    sections = re.findall(r'<section class="exercise (\w+)".*?\n<details( open)?>', text)
    assert sections == [("passed", ""), ("wrong", " open"), ("wrong", " open"), ("not_attempted", ""), ("not_attempted", ""),
                        ("ungraded", " open")]  # fmt: skip


def test_one_mistake_is_told_once_and_its_other_cases_are_folded() -> None:
    text = html.render(reports.repeated())
    assert re.findall(r'<details class="(alike|case \w+)"[^>]*?( open)?>', text) == [
        ("case raised", " open"), ("alike", ""), *[("case raised", "")] * 16, ("case wrong", " open"), ("alike", ""), ("case wrong", ""),
    ]  # fmt: skip
    said = Page(text).said
    assert (
        "the same in 16 more cases: no weights, one label, companion 3, companion 4, companion 5, companion 6," in said
    )
    assert "companion 8, … " in said
    assert "the same in 1 more case: cold " in said


def test_folded_cases_have_smaller_maps_and_say_so() -> None:
    whole, part = re.findall(r'<svg class="map".*?</svg>', html.render(reports.repeated()))
    assert re.findall(r"M\d+ \d+", part)
    assert len(re.findall(r"M\d+ \d+", whole)) == 600
    assert len(re.findall(r"M\d+ \d+", part)) == 64
    assert "Where the gradient at logits is off" in part
    assert "drawn: [" in Page(html.render(reports.repeated())).said


@pytest.mark.parametrize(
    ("sizes", "part"),
    [
        ((20, 30), "[6:14, 22:30]"),
        ((30,), "[22:30]"),
        ((3, 20, 30), "[0, 6:14, 22:30]"),
        ((3, 20, 4), ""),
        ((8, 8), ""),
    ],
)
def test_parts_of_maps(sizes: tuple[int, ...], part: str) -> None:
    got, index = reports.wave(sizes), (0, 10, 29)[-len(sizes) :]
    found = reports.Difference(slot="x", aspect=reports.Aspect.VALUE, index=index, got_array=got, expected_array=got)
    drawn = figures.error_map(found, "id", figures.FOLDED)
    assert drawn is not None
    if part:
        assert drawn.part == part
        assert drawn.svg.count("ring") == 1
        assert f"{index[-1]}▾" in drawn.svg


def test_every_outcome_has_a_sign_and_a_word() -> None:
    page = Page(html.render(reports.everything()))
    for outcome in Outcome:
        assert any(f"sign {outcome.value}" == attrs.get("class") for attrs in page.all("span"))
        assert html.text.OUTCOMES[outcome].word in page.said


def test_running_without_a_sandbox_is_prominent() -> None:
    assert (
        "NOT ISOLATED this code ran without a sandbox" in Page(html.render(reports.empty())).said.partition("Seed")[0]
    )
    assert "NOT ISOLATED" not in html.render(reports.perfect())


def test_hostile_strings_stay_text() -> None:
    text = html.render(reports.everything())
    assert "<script" not in text
    assert "<img" not in text
    assert not set(text) & set("\x1b\x9b\x07\u202e\u202d\u2066\u200b\ud800\ue000")
    said = Page(text).said
    assert reports.HTML in said
    assert "{0.__class__} {{ 7*7 }} {% raw %}" in said
    text.encode("utf-8")


def test_facts_do_not_become_markdown_or_html() -> None:
    facts = (("x", "**b** <i>i</i> `c` [l](https://e.example) $y$"),)
    expected = "**b** &lt;i&gt;i&lt;/i&gt; `c` [l](https://e.example) $y$"
    assert markdown.inline("{x}", facts) == expected.replace("`c`", "<code>c</code>")
    assert markdown.inline("`{x}`", facts) == f"<code>{expected}</code>"
    assert markdown.inline("{x}", (("x", "`<b>`, `a` and a lonely `"),)) == (
        "<code>&lt;b&gt;</code>, <code>a</code> and a lonely `"
    )
    assert markdown.inline("[a]({x})", facts) != f'<a href="{expected}">a</a>'
    assert markdown.inline("one\n\ntwo") == "<p>one</p>\n<p>two</p>"
    assert markdown.inline("\ue0007\ue001 {x}", (("x", "\ue0000\ue001"),)) == "\ufffd7\ufffd \ufffd0\ufffd"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("# Title", '<p class="subhead">Title</p>\n'),
        ("[a](javascript:alert)", "<p>[a](javascript:alert)</p>\n"),
        ("[a](file:///etc/passwd)", "<p>[a](file:///etc/passwd)</p>\n"),
        ("[a](../b.html)", "<p><a>a</a></p>\n"),
        (
            "[a](https://a.example/?b&c)",
            '<p><a href="https://a.example/?b&amp;c" rel="noreferrer noopener">a</a></p>\n',
        ),
        ("$\\foo{x}$", "<p><code>\\foo{x}</code></p>\n"),
        ("$\\frac{a}$ $\\left( x$", None),
        ("$\\text{<script>alert(1)</script>}$", "<p><code>\\text{&lt;script&gt;alert(1)&lt;/script&gt;}</code></p>\n"),
        ("$\\href{javascript:alert(1)}{x}$", "<p><code>\\href{javascript:alert(1)}{x}</code></p>\n"),
        ("$\\style{color:red}{x}$", "<p><code>\\style{color:red}{x}</code></p>\n"),
        ("$\\text{<!--}x\\text{-->}$", "<p><code>\\text{&lt;!--}x\\text{--&gt;}</code></p>\n"),
        ("costs $5 and $6", "<p>costs $5 and $6</p>\n"),
    ],
)
def test_markdown_cannot_act(given: str, told: str | None) -> None:
    rendered = markdown.block(given)
    assert told is None or rendered == told
    assert not re.search(r"<(script|img|style)|javascript:[^<]*\"", rendered)


def test_formulas_become_mathml() -> None:
    assert "<mfrac>" in markdown.block("$\\frac{a}{b}$")
    assert markdown.block("$$\\sum_i x_i$$").startswith(
        '<span class="formula" tabindex="0" role="group" aria-label="Formula"><math'
    )
    assert 'display="block"' in markdown.block("a $$x$$ b")
    assert "&#x0003C;" in markdown.block("$a<b$")


def test_the_formulas_of_the_shipped_statements_are_drawn() -> None:
    """No source of a formula, and nothing that LaTeX would not print, is left for a student to puzzle over."""
    shipped = sorted((Path(__file__).parents[2] / "exercises").glob("*/*.py"))
    assert len(shipped) > 10
    for path in shipped:
        page = markdown.block(ast.get_docstring(ast.parse(path.read_text())) or "")
        assert "$" not in re.sub("<code>.*?</code>", "", page), path.name
        assert not re.search(r"<code>[^<]*\\[a-z]", page), path.name
        assert "<math" in page, path.name
        for formula in re.findall("<math.*?</math>", page, re.DOTALL):
            assert "\\" not in formula, path.name
            assert "ex]" not in re.sub("<[^>]*>", "", formula), path.name


def test_code_in_markdown_is_highlighted_and_can_be_scrolled() -> None:
    told = markdown.block("```python\nx = '<script>' # \u202e\n```\n\n    indented\n")
    assert told.count('<pre class="code scroll" tabindex="0" role="group"') == 2
    assert "&lt;script&gt;" in told
    assert "\u202e" not in told


def test_examples_of_rules_are_code() -> None:
    bare = msgspec.structs.replace(reports.AXIS, example="def right(x):\n    return x * '<b>'\n")
    text = html.render(msgspec.structs.replace(reports.report(reports.softmax()), texts=(bare,)))
    assert '<span class="k">return</span>' in text.partition("Example code")[2][:300]
    assert "&lt;b&gt;" in text


def test_a_page_of_one_exercise_says_its_mistake_and_its_hints_once() -> None:
    one, two = Page(html.render(reports.report(reports.softmax()))), Page(html.render(reports.usual()))
    assert [one.said.count(part) for part in ("You normalise over", "A hint")] == [1, 1]
    assert two.said.count("You normalise over") == 2
    assert not one.all("nav")
    assert two.all("nav")


def test_the_line_that_broke_a_cell_is_shown() -> None:
    def made(where: str, **more: object) -> str:
        excerpt = reports.Excerpt(where=where, line=3, source="a = 1\nb = (\n", marked=(4,))
        error = reports.Raised(type="SyntaxError", message="'(' was never closed")
        cell = reports.CellNote(where=where, status=Status.RAISED, raised=error, line=4, excerpt=excerpt, **more)
        return Page(html.render(reports.report(reports.mse(), cells=(cell,)))).said

    first = "Fix this first mytask.py, line 4 nothing in it was run: SyntaxError: '(' was never closed Try Count the brackets: each one that opens must close, here or in a line above. 4b = ("
    assert first in made("mytask.py")
    assert "did not run to the end" not in made("mytask.py")  # the first thing to fix has said it
    assert "The file did not run to the end" in made("mytask.py", output="so far so good")
    assert "1 cell did not run to the end cell 4, line 4" in made("cell 4", output="x")
    assert "3a = 1 4look here: b = ( What it printed" in made("cell 4", output="x")


def test_cases_that_only_differ_too_are_folded_below_the_one_that_is_explained() -> None:
    page = Page(html.render(reports.vague()))
    assert "differs in 2 more cases too: undecided rows, a batch of one" in page.said
    cases = [shown for _, shown in page.elements if "case" in (shown.get("class") or "").split()]
    assert ["open" in shown for shown in cases] == [True, False, False]


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.WRONG, "open"),
        (Outcome.NOT_ATTEMPTED, "next"),
        (Outcome.UNGRADED, "ours"),
        (Outcome.PASSED, "done"),
    ],
)
def test_the_first_thing_tells_its_kind(outcome: Outcome, kind: str) -> None:
    assert f'<section class="first {kind}"' in html.render(reports.report(reports.bare("x", outcome)))


def test_a_wrong_shape_is_drawn_beside_the_expected_one() -> None:
    found = reports.Difference(slot="output", aspect=reports.Aspect.SHAPE, got="(4, 1)", expected="(4,)")
    got, expected = (
        reports.shown("output", reports.wave((4, 1))),
        reports.shown("output", reports.wave((4,)), ("batch",)),
    )
    case = reports.verdict(
        "typical", Outcome.WRONG, got=(got,), expected=(expected,), evidence=reports.Evidence(differences=(found,))
    )
    wrong = reports.Result(exercise="x", title="x", outcome=Outcome.WRONG, points=0, max_points=2, verdicts=(case,))
    text = html.render(reports.report(wrong)).partition('<dl class="versus">')[2].partition("</dl>")[0]
    assert "<title>4 by 1</title>" in text
    assert "<title>batch 4</title>" in text
    assert text.index("(4, 1)") < text.index("(4,)")


def test_maps_of_errors() -> None:
    cube, other = reports.wave((2, 3, 4)), reports.wave((2, 3, 4), 0.3)
    drawn = figures.error_map(reports.values("output", cube, other), "id")
    assert drawn is not None
    assert sum(level.amount for level in drawn.legend) == 24
    assert drawn.svg.count("M") == 24
    assert "the worst at [0, 2, 3]" in drawn.svg
    long = figures.error_map(reports.values("output", reports.wave((2, 200)), reports.wave((2, 200), 0.1)), "id")
    assert long is not None
    assert "tick" not in long.svg
    assert (
        figures.error_map(reports.values("output", reports.floats((), [1.0]), reports.floats((), [2.0])), "id") is None
    )
    same = figures.error_map(reports.values("output", cube, cube), "id")
    assert same is not None
    assert [level.words for level in same.legend] == ["within tolerance (1.2e-06)"]
    lost = reports.Difference(slot="x", aspect=reports.Aspect.VALUE, index=(9, 9), got_array=cube, expected_array=other)
    without = figures.error_map(lost, "id")
    assert without is not None
    assert "ring" not in without.svg
    assert "worst" not in tables.numbers(cube, (9, 9), "got")


def test_windows_of_numbers() -> None:
    table = tables.numbers(reports.wave((20, 30)), (10, 29), "got")
    assert table.count("<td>") + table.count('<td class="worst">') == 25 + 1  # and the corner
    assert "20 rows in all" in table
    assert "[1, :, :]" in tables.numbers(reports.wave((2, 3, 4)), (1, 0, 0), "got")
    assert "no elements: shape (0, 3)" in tables.numbers(reports.floats((0, 3), []), None, "got")
    assert "<caption>&lt;x&gt;</caption>" in tables.numbers(reports.wave((2,)), (0,), "<x>")
    assert 'class="worst"' not in tables.numbers(reports.wave((2,)), (7,), "")


def test_got_stands_above_expected_and_what_differs_is_marked() -> None:
    got, expected = reports.floats((2, 3), [1, 2, 3, 4, 5, 6]), reports.floats((2, 3), [1, 2, 3, 4, 5.0000119, 6])
    table = str(tables.pair(reports.values("output", got, expected)))
    assert re.findall(r'<th scope="rowgroup" rowspan="2">(\d)</th>', table) == ["0", "1"]
    assert re.findall(r'<td class="off worst"><b>(.*?)</b></td>', table) == ["5", "5.00001"]
    assert table.count("<td>") == 2 * 5 + 2  # the elements that agree, and the corner
    assert re.findall(r'<tr class="(\w+)">', table) == ["got", "expected"] * 2
    wide = str(tables.pair(reports.values("output", reports.wave((3, 20, 30)), reports.wave((3, 20, 30), 0.3))))
    assert re.search(r"\[\d, :, :\]", wide)
    assert "20 rows in all" in wide
    assert wide.count("and more") == 1
    assert wide.count('<td class="more">') == 1 + 2 * 5


def test_no_pair_without_two_arrays_of_one_shape() -> None:
    empty, some = reports.floats((0, 3), []), reports.wave((2,))
    for one, other in ((empty, empty), (some, reports.wave((3,))), (some, None), (None, some)):
        found = reports.Difference(slot="x", aspect=reports.Aspect.VALUE, got_array=one, expected_array=other)
        assert tables.pair(found) is None
    scalar = tables.pair(reports.values("x", reports.floats((), [0.0]), reports.floats((), [math.inf])))
    assert re.findall(r"<b>(.*?)</b>", str(scalar)) == ["0", "inf"]


@pytest.mark.parametrize("sizes", [(), (0,), (1,), (7,), (4, 7), (4, 0), (300, 2), (2, 3, 4), (2, 3, 4, 5), (1, 1, 1)])
def test_every_shape_can_be_drawn(sizes: tuple[int, ...]) -> None:
    names = ("batch", "heads", "queries", "keys")[: len(sizes)]
    drawing = figures.drawn_shape(sizes, names)
    assert all(f"{name} {size}" in drawing for name, size in zip(names, sizes, strict=True))
    assert "<title>a scalar</title>" in figures.drawn_shape(())


def test_cut_arrays_are_shown_as_what_they_are() -> None:
    cut = reports.Shown(name="x", dtype="float32", shape=(100, 100), array=reports.wave((1024,)))
    assert "the first 1024 elements" in str(html._shown_numbers(cut, ()))
    whole = reports.Shown(name="x", dtype="float32", shape=(4, 7), array=reports.wave((28,)))
    assert '<th scope="row">3</th>' in str(html._shown_numbers(whole, ()))


def test_got_and_expected_are_shown_once() -> None:
    softmax = reports.softmax().verdicts[-1]
    assert "Expected output" not in Page(html.render(reports.report(reports.softmax()))).said
    assert html._are_sides_drawn(softmax)
    shorter = reports.shown("output", reports.wave((4, 1)))
    assert not html._are_sides_drawn(reports.verdict("x", got=(shorter,), expected=softmax.expected))
    focal = Page(html.render(reports.report(reports.focal()))).said
    assert "Got output float32 () a scalar 0.25 gradient None Expected output float32 () a scalar 0.25" in focal


def test_a_course_can_change_one_template(tmp_path: Path) -> None:
    (tmp_path / "colophon.html").write_text("<p>Our course: {{ report.submission }}</p>")
    text = html.render(reports.everything(), tmp_path)
    assert "<p>Our course: &lt;script&gt;" in text
    assert "Fix this first" in text
    assert "Our course" not in html.render(reports.everything())


@pytest.mark.parametrize(
    ("name", "written", "problem"),
    [
        ("header.html", "\n{{ report.nonsense }}", r"header\.html, line 2: .* has no attribute 'nonsense'"),
        ("header.html", '\n\n{% include "nowhere.html" %}', r"header\.html, line 3: there is no template nowhere\.html"),
        ("header.html", "{% for x in %}", r"header\.html, line 1: Expected an expression, got"),
        ("header.html", "\n{{ 1 / 0 }}", r"header\.html, line 2: division by zero"),
        ("header.html", "\n{{ count() }}", r"header\.html, line 2: count\(\) missing 2 required"),
        ("course.css", "a {}\n{#first { color: red }", r"course\.css, line 2: Missing end of comment tag"),
        ("macros.html", "{# none of those that are used #}", r"first\.html, line \d+: .* has no attribute 'versus'"),
        ("header.html", "{{ ''.__class__.__mro__ }}", r"header\.html, line 1: access to attribute '__class__' .* is unsafe"),
        ("header.html", "{{ report.results.append(1) }}", r"header\.html, line 1: .* has no attribute 'append'"),
    ],
)  # fmt: skip
def test_a_broken_template_is_its_authors_mistake(tmp_path: Path, name: str, written: str, problem: str) -> None:
    (tmp_path / name).write_text(written)
    with pytest.raises(Mistake, match=problem) as caught:
        html.render(reports.usual(), tmp_path)
    assert caught.value.cure.startswith("Mend it, or take it out of ")


def test_a_template_that_is_no_text_is_its_authors_mistake(tmp_path: Path) -> None:
    (tmp_path / "header.html").write_bytes(b"caf\xe9")
    with pytest.raises(Mistake, match=r"header\.html cannot be read: .*\nSave it as UTF-8"):
        html.render(reports.perfect(), tmp_path)


def test_a_course_can_add_styles_and_the_policy_allows_them(tmp_path: Path) -> None:
    (tmp_path / "course.css").write_text("h1 { color: rebeccapurple; }\r\n")
    page = Page(html.render(reports.perfect(), tmp_path))
    assert "rebeccapurple" in page.text
    assert ".score" in page.text
    test_the_policy_allows_this_style_alone(page)


def test_the_shipped_templates_of_a_course_are_no_override() -> None:
    assert html.render(reports.perfect(), html.shipped_templates()) == html.render(reports.perfect())


def test_the_shipped_templates_are_found() -> None:
    assert {file.name for file in html.shipped_templates().iterdir()} >= {"report.html", "report.css", "case.html"}


def test_equal_reports_give_equal_pages() -> None:
    assert html.render(reports.everything()) == html.render(reports.everything())


def test_a_whole_lesson_is_rendered_in_time() -> None:
    lesson = reports.large(failing=1)
    html.render(lesson)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        html.render(lesson)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.25  # 0.03 s on an idle machine; the bound is for a busy one
