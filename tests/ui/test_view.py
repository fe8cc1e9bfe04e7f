"""Views: the same answer as text and as HTML, stamped where it is a sample."""

from __future__ import annotations

import pandas as pd

from gdkit.ui.page_library import page_library
from gdkit.ui.view import View
from tests.report.markup import Page

STAMP = "SAMPLE finding: generated, not a real detection"
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J"


def _view(**changes: object) -> View:
    frame = pd.DataFrame({"a": ["x", None], "b": [1, 2]})
    named = {"facts": [("Role", "shop-web"), ("None", None)], "notes": ["odd"], "frame": frame, **changes}
    return View("Title", "Summary.", **named)  # type: ignore[arg-type]


def test_mimebundle() -> None:
    """A notebook gets text and HTML, nothing else, and both carry summary, facts, notes and table."""
    view = _view()
    bundle = view._repr_mimebundle_()
    assert bundle["text/plain"] == view.text()
    assert set(bundle) == {"text/plain", "text/html"}
    for told in ("Summary.", "shop-web", "odd"):
        assert told in bundle["text/plain"]
        assert told in Page(bundle["text/html"]).text
    assert "Role: shop-web\nNone: —\n- odd\n" in bundle["text/plain"]
    assert "2 of 2 rows" in bundle["text/plain"]
    assert "Title: 2 rows" in Page(bundle["text/html"]).text


def test_sample_stamp() -> None:
    """A sample is stamped first thing, in text and in HTML; a real finding is not."""
    sample, real = _view(stamp="SAMPLE finding: generated, not a real detection"), _view()
    assert sample.text().splitlines()[0] == STAMP
    assert Page(sample.html()).words[0] == STAMP
    assert STAMP not in real.text() + real.html()


def test_region() -> None:
    """A view is a region that a screen reader names by its title."""
    tag, named = Page(_view().html()).tags[0]
    assert (tag, named["aria-label"]) == ("div", "Title")


def test_library_once() -> None:
    """Only a view that is told to brings the table library and the style sheet."""
    assert page_library() in _view(loads_tables=True).html()
    assert "<style>" not in _view().html()
    assert "DecompressionStream" not in _view().html()


def test_no_table() -> None:
    """A view without rows draws no table."""
    for frame in (None, pd.DataFrame({"a": []})):
        assert "script" not in {tag for tag, _ in Page(_view(frame=frame).html()).tags}
        assert "rows" not in _view(frame=frame).text()


def test_shown_columns() -> None:
    """Only the named columns are shown; the frame keeps all for the analyst."""
    view = _view(shown=["b"])
    ((head, rows),) = Page(view.html()).tables()
    assert (head, rows) == (["b"], [[1], [2]])
    assert view.frame is not None
    assert list(view.frame) == ["a", "b"]


def test_text_rows() -> None:
    """As text, a long table shows its first rows and says of how many."""
    text = _view(frame=pd.DataFrame({"a": [f"row{number}." for number in range(50)]})).text()
    assert "20 of 50 rows" in text
    assert "row19." in text
    assert "row20." not in text


def test_hostile_everywhere() -> None:
    """In every part of a view a hostile text is text, in HTML and on a terminal."""
    view = View(HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)], [HOSTILE], pd.DataFrame({"a": [HOSTILE]}))
    page = Page(view.html())
    assert "img" not in {tag for tag, _ in page.tags}
    assert not [name for _, named in page.tags for name in named if name.startswith("on")]
    assert "\x1b" not in view.html()
    assert "<U+001B>" in view.text()
    plain = View("Title", HOSTILE, notes=[HOSTILE], frame=pd.DataFrame({"a": [HOSTILE]}))
    assert "\x1b" not in plain.text()
