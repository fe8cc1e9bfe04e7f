"""What every panel stands in: heard in order, a line that holds text alone, and a form for where nothing is live."""

from __future__ import annotations

import ipywidgets as widgets

from gdkit.ui.panel_box import panel_box, panel_bundle, say, status_line
from tests.report.markup import Page


def test_hidden_button_answers() -> None:
    """The button that the page presses before a click answers each time by another number, and nobody sees it."""
    order = panel_box([widgets.Text()]).children[-1]
    told = [order.description]
    for _ in range(2):
        order.click()
        told.append(order.description)
    assert told == ["0", "1", "2"]
    assert order.layout.display == "none"
    assert "gd-order" in order._dom_classes


def test_heard_on_one_channel() -> None:
    """Every control of a panel, however deep, is heard on the main channel, whatever it spoke on last."""
    field, button = widgets.Text(), widgets.Button()
    for control in (field, button):
        control.comm._reply_subshell_for = lambda _data, default: default  # as ipykernel's have it
    panel_box([field, widgets.HBox([widgets.VBox([button])])])
    assert [control.comm._reply_subshell_for({}, "aside") for control in (field, button)] == [None, None]


def test_status_line_is_text() -> None:
    """What a status line says is text, with nothing hidden in it; a new panel has nothing to say."""
    line = status_line()
    assert line.value == ""
    say(line, "<img src=x onerror=alert(1)>\x1b[2J & $x$")
    page = Page(line.value)
    assert (page.tags, page.text) == ([], "<img src=x onerror=alert(1)><U+001B>[2J & $x$")
    say(line, "")
    assert line.value == ""


def test_bundle() -> None:
    """A live notebook gets the controls, every other reader text or markup."""
    box = panel_box([])
    bundle = panel_bundle(box, "plain", "<p>html</p>")
    assert (bundle["text/plain"], bundle["text/html"]) == ("plain", "<p>html</p>")
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == box.model_id
