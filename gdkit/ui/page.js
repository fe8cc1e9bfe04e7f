// What the views of gdkit need in a page, once: it follows the reader's theme, draws the tables, makes CSV of them,
// and lets screen readers hear what the panels say. Python puts the packed libraries and the rule of formulas in.
(() => {
  if (window.gdkit) return;
  window.gdkit = true;
  const BEGINS_FORMULA = new RegExp(PUT_BEGINS, "u"), INNER_FORMULA = new RegExp(PUT_INNER, "gu");

  const unpack = (packed) => {
    const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  const make = (tag, named, ...children) => {
    const made = Object.assign(document.createElement(tag), named);
    made.append(...children);
    return made;
  };

  // The theme is JupyterLab's or VS Code's, not the system's. The table library has its dark colours under html.dark.
  const followTheme = () => {
    const { jpThemeLight, vscodeThemeKind } = document.body.dataset;
    const dark = jpThemeLight === "false" || ["vscode-dark", "vscode-high-contrast"].includes(vscodeThemeKind);
    document.documentElement.classList.toggle("dark", dark);
  };

  let library = null;
  const load = () => (library ??= (async () => {
    document.head.append(make("style", { textContent: await unpack("PUT_STYLE") }));
    const script = new Blob([await unpack("PUT_LIBRARY")], { type: "text/javascript" });
    return (await import(URL.createObjectURL(script))).default;
  })());

  const field = (cell) => {
    if (cell === null) return "";
    if (typeof cell === "number") return String(cell);
    const guarded = (BEGINS_FORMULA.test(cell) ? "'" : "") + cell.replace(INNER_FORMULA, "$1'");
    return `"${guarded.replaceAll('"', '""')}"`;
  };
  const csv = (rows) => rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // a page that came over plain HTTP has no clipboard of its own
      const area = make("textarea", { value: text });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("this browser does not let the page copy; use Download CSV");
    }
  };
  const download = (text, name) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const tools = (box, about, api) => {
    const said = make("span", { className: "gd-said", role: "status" });
    const count = (rows, done) => {
      const whole = about.total > about.rows.length ? ` The whole table has ${about.total.toLocaleString("en")}.` : "";
      said.textContent = `${done} ${rows.length.toLocaleString("en")} of ${about.rows.length.toLocaleString("en")} rows.${whole}`;
    };
    const give = (way, done) => async () => {
      const rows = api.rows({ search: "applied", order: "applied" }).data().toArray();
      try {
        await way(csv([about.columns.map((column) => column.title), ...rows]));
        count(rows, done);
      } catch (error) {
        said.textContent = `Not done: ${error.message}.`;
      }
    };
    const file = `${about.name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.csv`;
    const wrap = make("button", { type: "button", textContent: "Show cells whole", ariaPressed: "false" });
    wrap.onclick = () => { wrap.ariaPressed = String(box.classList.toggle("gd-whole")); };
    const copied = make("button", { type: "button", textContent: "Copy as CSV", onclick: give(copy, "Copied") });
    const saved = make("button", { type: "button", textContent: "Download CSV" });
    saved.onclick = give((text) => download(text, file), "Saved");
    return make("div", { className: "gd-tools", role: "group", ariaLabel: about.name }, wrap, copied, saved, said);
  };

  let drawn = 0;
  const draw = (box, DataTable) => {
    const about = JSON.parse(box.querySelector("script").textContent);
    const escaped = DataTable.render.text().display;
    const table = make("table", { className: "display compact", ariaLabel: about.name });
    box.append(table);
    const render = (value, type) => (type === "sort" || type === "type" ? value ?? "" : escaped(value ?? "—"));
    const long = about.rows.length > about.page;
    const api = new DataTable(table, {
      data: about.rows,
      columns: about.columns.map(({ title, numeric }) => (
        { title: escaped(title), render, type: numeric ? "num" : "string", className: numeric ? "dt-right" : "" })),
      order: [],
      autoWidth: false,
      paging: long,
      pageLength: about.page,
      lengthMenu: [10, about.page, 100, 1000],
      layout: { topStart: "info", topEnd: "search", bottomStart: long ? "pageLength" : null, bottomEnd: long ? "paging" : null },
      language: {
        info: "Rows _START_ to _END_ of _TOTAL_", infoFiltered: "found among _MAX_", infoEmpty: "No row",
        zeroRecords: "No row holds that.", search: "Search", lengthMenu: "_MENU_ rows a page",
        paginate: { first: "First", previous: "Previous", next: "Next", last: "Last" },
      },
    });
    const around = table.parentElement;
    Object.assign(around, { tabIndex: 0, role: "group", ariaLabel: `${about.name}: the table` });
    drawn += 1;  // two tables of one page may have one name, but no two landmarks
    box.querySelector("nav")?.setAttribute("aria-label", `${about.name}, table ${drawn}: its pages`);
    box.querySelector(".gd-caption").after(tools(box, about, api));
  };

  let waiting = false;
  const look = async () => {
    waiting = false;
    for (const one of document.querySelectorAll(".gd-status:not([role])")) one.setAttribute("role", "status");
    // a notebook takes arrows for its own, which lists and radio buttons need
    const arrows = ".gd-panel :is(select, .widget-radio):not([data-lm-suppress-shortcuts])";
    for (const one of document.querySelectorAll(arrows)) one.dataset.lmSuppressShortcuts = "true";
    if (!document.querySelector(".gd-rows:not([data-drawn])")) return;
    const DataTable = await load();
    for (const box of document.querySelectorAll(".gd-rows:not([data-drawn])")) {
      box.dataset.drawn = "true";
      draw(box, DataTable);
    }
  };
  const lookSoon = () => {
    if (!waiting) setTimeout(look, 20);
    waiting = true;
  };

  const begin = () => {
    followTheme();
    new MutationObserver(followTheme).observe(document.body, { attributes: true });
    new MutationObserver(lookSoon).observe(document.body, { childList: true, subtree: true });
    look();
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin); else begin();
})();
