// What the views of gdkit need in a page, once: it follows the reader's theme, draws the tables, makes CSV of them,
// and lets screen readers hear what the panels say. Python puts the packed libraries and the rule of formulas in.
(() => {
  if (window.gdkit) return;
  window.gdkit = true;
  const BEGINS_FORMULA = new RegExp(PUT_BEGINS, "u"), INNER_FORMULA = new RegExp(PUT_INNER, "gu");
  // A cell: as wide as so many of its letters at the least, each so wide, and so many for its margins.
  const LEAST_CHARACTERS = 40, CHARACTER_PX = 6.7, PADDING = 4;

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

  // A row is picked by its button, or by a click anywhere in it. It is chosen in the list of the panel, a native control
  // of ipywidgets, which tells the kernel; what is chosen there shows in the table.
  const listBy = (box) => box.closest(".gd-panel")?.querySelector(".gd-list select");
  const isOf = (option, number) => parseInt(option.text, 10) === Number(number);
  const pick = (box, number) => {
    const list = listBy(box);
    if (!list) return;
    list.selectedIndex = [...list.options].findIndex((option) => isOf(option, number));
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const showPicked = (box) => {
    const [chosen] = listBy(box)?.selectedOptions ?? [];
    for (const button of box.querySelectorAll(".gd-pick")) {
      const mine = Boolean(chosen) && isOf(chosen, button.value);
      button.ariaPressed = String(mine);
      button.closest("tr").classList.toggle("gd-picked", mine);
    }
  };
  const letPick = (box, table, api) => {
    table.classList.add("gd-picks");
    api.on("draw", () => showPicked(box));
    table.addEventListener("click", ({ target }) => {
      const number = target.closest("tr")?.querySelector(".gd-pick")?.value;
      if (number) pick(box, number);
    });
    showPicked(box);
  };
  const pickButton = (value, type) => (type === "display"
    ? `<button type="button" class="gd-pick" value="${Number(value)}">Choose ${Number(value)}</button>` : value);

  // What the columns leave free of the page's width is given to the long ones, in characters.
  const room = (about, width) => {
    const size = (value) => Math.max(...String(value ?? "").split("\n").map((line) => line.length));
    const longest = about.columns.map(({ title }, at) =>
      about.rows.reduce((most, row) => Math.max(most, size(row[at])), title.length) + PADDING);
    let free = Math.floor(width / CHARACTER_PX), left = longest.length;
    for (const one of longest.sort((a, b) => a - b)) {
      if (one * left > free) break;
      free -= one;
      left -= 1;
    }
    return Math.max(LEAST_CHARACTERS, left ? Math.floor(free / left) : 0);
  };

  let drawn = 0;
  const draw = (box, DataTable) => {
    const about = JSON.parse(box.querySelector("script").textContent);
    const escaped = DataTable.render.text().display;
    const table = make("table", { className: "display compact", ariaLabel: about.name });
    box.append(table);
    box.style.setProperty("--gd-cell", `${room(about, box.clientWidth)}ch`);
    const render = (value, type) => (type === "sort" || type === "type" ? value ?? "" : escaped(value ?? "—"));
    const long = about.rows.length > about.page;
    const api = new DataTable(table, {
      data: about.rows,
      columns: about.columns.map(({ title, numeric }, at) => ({
        title: escaped(title), render: about.picks && at === 0 ? pickButton : render,
        type: numeric ? "num" : "string", className: numeric ? "dt-right" : "",
      })),
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
    if (about.picks) letPick(box, table, api);
  };

  // ipywidgets holds the next value of a control back while the kernel is at the last one, but never a click: on a busy
  // machine a click would come before the last letters. So the first click after something was typed or chosen waits
  // until the kernel, asked by a button that nobody sees, has answered: it has heard all the rest by then.
  const touched = new WeakSet(), held = new WeakSet();
  let released = false;
  const touch = ({ target }) => {
    const panel = target.closest?.(".gd-panel");
    if (panel) touched.add(panel);
  };
  const hold = (event) => {
    const button = event.target.closest?.(".widget-button"), panel = button?.closest(".gd-panel");
    const order = panel?.querySelector(":scope > .gd-order");
    if (!order || button === order || released || !(held.has(panel) || touched.has(panel))) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    if (held.has(panel)) return;
    held.add(panel);
    touched.delete(panel);
    new MutationObserver((_, answered) => {
      answered.disconnect();
      held.delete(panel);
      released = true;
      button.click();
      released = false;
    }).observe(order, { childList: true, characterData: true, subtree: true });
    order.click();
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
    for (const kind of ["input", "change"]) addEventListener(kind, touch, true);
    addEventListener("click", hold, true);
    addEventListener("change", ({ target }) => {
      const panel = target.closest?.(".gd-list")?.closest(".gd-panel");
      for (const box of panel?.querySelectorAll(".gd-rows[data-drawn]") ?? []) showPicked(box);
    });
    new MutationObserver(followTheme).observe(document.body, { attributes: true });
    new MutationObserver(lookSoon).observe(document.body, { childList: true, subtree: true });
    look();
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin); else begin();
})();
