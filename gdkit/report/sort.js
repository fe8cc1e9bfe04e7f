"use strict";
// Each head of a table becomes a button that sorts its rows: numbers as numbers, the missing last, again for backwards.
for (const table of document.querySelectorAll("table.gd-table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const backwards = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", backwards ? "descending" : "ascending");
      const key = (row) => row.cells[place].innerText.trim();
      const number = (value) => (value === "" ? NaN : Number(value.replaceAll(",", "")));
      const rows = [...table.tBodies[0].rows].sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        if ((a === "\u2014") !== (b === "\u2014")) return a === "\u2014" ? 1 : -1;
        const order = isNaN(number(a)) || isNaN(number(b)) ? a.localeCompare(b) : number(a) - number(b);
        return backwards ? -order : order;
      });
      table.tBodies[0].append(...rows);
    });
  });
}
