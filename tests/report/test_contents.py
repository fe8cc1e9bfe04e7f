"""The contents of a report: links to every part and section, and nothing else changed."""

from __future__ import annotations

from gdkit.report.contents import with_contents
from tests.report.markup import Page

WORDS = ["<h1>Report</h1>\n", "<h2>Part 1: short</h2>\n", "<h2>Part 2: <em>long</em></h2>\n<p>Why.</p>\n",
         "<h3>One</h3>\n", "<h3>Two</h3>\n<p>h3</p>\n", "<h2>Part 3: rest</h2>\n", "<h3>One</h3>\n"]  # fmt: skip


def test_links() -> None:
    """The title lists the parts, a part its sections, one of the same name leads to its own place."""
    told = with_contents(WORDS)
    page = Page("".join(told))
    names = [named["id"] for tag, named in page.tags if tag in ("h1", "h2", "h3")]
    links = [named["href"] for tag, named in page.tags if tag == "a"]
    labels = [named["aria-label"] for tag, named in page.tags if tag == "nav"]
    assert len(set(names)) == len(names) == 7
    assert [link[1:] for link in links] == [names[1], names[2], names[5], names[3], names[4], names[6]]
    assert labels == ["Parts", "Sections of part 2", "Sections of part 3"]
    assert "<em>long</em></a>" in told[0]


def test_words_stay() -> None:
    """A text without a heading, and what stands beside one, is left as it is."""
    told = with_contents(["<p>No heading.</p>", *WORDS])
    assert told[0] == "<p>No heading.</p>"
    assert told[3].endswith("<p>Why.</p>\n")
    assert with_contents([]) == []
