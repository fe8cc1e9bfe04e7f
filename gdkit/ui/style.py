"""The look of a view, in light and dark, on a screen and on paper."""

STYLE = """
.gd-view { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  margin: .2rem 0 1rem; font-variant-ligatures: none; }
.gd-view p { margin: .3rem 0; max-width: 75rem; }
.gd-view .gd-summary { font-weight: 600; font-size: 1.05em; }
.gd-view .gd-sample { width: max-content; max-width: 100%; box-sizing: border-box; background: #7a1f5c; color: #fff;
  font-weight: 700; padding: .1rem .6rem; }
.gd-view .gd-more { opacity: .8; }
.gd-view ul.gd-notes { margin: .3rem 0 .5rem 1.2rem; padding: 0; }
.gd-view .gd-blocks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr));
  gap: .8rem 1.2rem; margin: .8rem 0; }
.gd-view .gd-block { border: 1px solid #8886; border-left: 4px solid #c2410c; padding: .4rem .9rem;
  break-inside: avoid; }
.gd-view .gd-block:last-child:nth-child(odd) { grid-column: 1 / -1; }
.gd-view .gd-block h3 { font-size: 1.05em; margin: .2rem 0 .3rem; }
.gd-view .gd-block ul { margin: .2rem 0 .3rem 1.1rem; padding: 0; }
.gd-view .gd-block li { margin: .2rem 0; overflow-wrap: anywhere; }
.gd-view table.gd-facts { border-collapse: collapse; margin: .4rem 0; font-size: 13px; }
.gd-view table.gd-facts th { text-align: left; font-weight: 600; padding: .15rem 1rem .15rem 0; vertical-align: top;
  min-width: 9rem; max-width: 22rem; overflow-wrap: anywhere; background: none; }
.gd-view table.gd-facts td { vertical-align: top; text-align: left; padding: .15rem 0; overflow-wrap: anywhere; }
.gd-view table.gd-table { border-collapse: collapse; font-size: 12px; margin: .4rem 0; }
.gd-view table.gd-table caption { text-align: left; caption-side: top; }
.gd-view table.gd-table th, .gd-view table.gd-table td { border: 1px solid #8886; padding: .2rem .45rem;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.gd-view .dt-container { font-size: 12px; background: none; color: inherit; clear: both; }
.gd-view .dt-container table.dataTable { width: auto; margin: 0; border-collapse: collapse; }
.gd-view .dt-container table.dataTable td { white-space: nowrap; max-width: var(--gd-cell, 22rem); overflow: hidden;
  text-overflow: ellipsis; vertical-align: top; text-align: left; padding: 3px 10px 3px 6px; }
.gd-view .dt-container table.dataTable td:hover, .gd-view .gd-whole table.dataTable td { white-space: pre-wrap;
  overflow-wrap: break-word; }
.gd-view .dt-container table.dataTable th { text-align: left; padding: 3px 10px 3px 6px; white-space: nowrap; }
.gd-view .dt-container table.dataTable .dt-right { text-align: right; font-variant-numeric: tabular-nums; }
.gd-view .dt-container .dt-input { color: inherit; background: none; border: 1px solid #888; padding: 2px 5px; }
.gd-view .dt-container select.dt-input option { color: #000; background: #fff; }
.gd-view .dt-container .dt-info { padding: 0; }
.gd-view .gd-tools { display: flex; flex-wrap: wrap; gap: .4rem; align-items: baseline; margin: .3rem 0; }
.gd-view .gd-tools button { font: inherit; font-size: 12px; color: inherit; background: none; border: 1px solid #888;
  border-radius: 3px; padding: 1px 8px; cursor: pointer; }
.gd-view .gd-tools button:hover, .gd-view .gd-tools button[aria-pressed="true"] { background: #8883; }
.gd-view .gd-picks tbody tr { cursor: pointer; }
.gd-view .gd-pick { font: inherit; color: inherit; background: none; border: 1px solid #888; border-radius: 3px;
  padding: 0 6px; cursor: pointer; }
.gd-view .gd-pick[aria-pressed="true"] { font-weight: 700; }
.gd-view .gd-pick[aria-pressed="true"]::before { content: "✓ "; content: "✓ " / ""; }
.gd-view .dt-container tr.gd-picked > td { background: #8884; box-shadow: none; }
.gd-view .gd-said { font-size: 12px; }
.gd-view pre.gd-pre { font-size: 12px; line-height: 1.35; max-height: 24rem; overflow: auto; border: 1px solid #8886;
  padding: .4rem .6rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.gd-view pre.gd-diff ins { color: #14622b; background: #2da44e22; text-decoration: none; }
.gd-view pre.gd-diff del { color: #a01c22; background: #cf222e1f; text-decoration: none; }
body[data-jp-theme-light="false"] .gd-view pre.gd-diff ins { color: #7ee2a0; }
body[data-jp-theme-light="false"] .gd-view pre.gd-diff del { color: #ffaba8; }
.gd-view table.gd-records th { font-weight: 400; min-width: 9rem; }
.gd-view table.gd-records .gd-name { opacity: .75; }
.gd-view table.gd-checks th { font-weight: normal; }
.gd-view table.gd-checks td:first-child, .gd-view table.gd-checks thead th { white-space: nowrap; }
.gd-view .gd-folded { margin: .4rem 0; }
.gd-view .gd-folded summary { cursor: pointer; font-size: 13px; text-decoration: underline; width: max-content; }
.widget-html:has(.gd-view), .widget-html-content:has(.gd-view) { min-width: 0; max-width: calc(100% - 4px); }
.gd-panel { max-width: 100%; }
.gd-panel .gd-status, .gd-panel .gd-status > * { white-space: normal; height: auto; line-height: 1.4; }
.gd-panel .gd-status { font-weight: 600; }
.gd-view .gd-caption { font-size: 13px; opacity: .85; }
.gd-view .gd-picture { color-scheme: light; }
body[data-jp-theme-light="false"] .gd-picture, body[data-vscode-theme-kind="vscode-dark"] .gd-picture,
body[data-vscode-theme-kind="vscode-high-contrast"] .gd-picture { filter: invert(.93) hue-rotate(180deg); }
@media screen { .gd-view .gd-rows[data-drawn] > .gd-paper, .gd-view .gd-frame + .gd-paper { display: none; } }
@media print {
  .gd-view .gd-rows[data-drawn] > :not(.gd-paper), .gd-view .gd-frame, .gd-view .gd-tools { display: none !important; }
  .gd-view .gd-picture { filter: none !important; }
  .gd-view table.gd-table { width: 100%; }
}
"""
