"use strict";
// Filters and sorts what the page already holds. It asks nothing of anyone and makes no markup out of text.
const language = document.documentElement.lang;
// Whoever has no ş or İ on the keyboard finds them by s and i. The ı has no mark that could be taken off.
const plain = (text) => text.toLocaleLowerCase(language).normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i");
for (const form of document.querySelectorAll("[data-finder]")) {
  const [head, rest] = document.querySelectorAll("ol.actions");
  const fold = rest && rest.closest("details");
  const first = head.children.length;
  const items = [...head.children, ...(rest ? rest.children : [])].map((node, place) => ({
    node, place, type: node.dataset.type, on: node.dataset.on, impact: Number(node.dataset.impact),
    severity: node.className, text: plain(node.textContent), hotel: node.dataset.hotel,
  }));
  const orders = { impact: (a, b) => b.impact - a.impact || a.place - b.place, on: (a, b) => (a.on < b.on) - (a.on > b.on) || a.place - b.place };
  const found = form.querySelector("[data-found]");
  const written = (count) => count.toLocaleString(language);
  let words = [];
  const fits = (item, want) =>
    (!want.severity || item.severity === want.severity) && (!want.hotel || item.hotel === want.hotel) && (!want.type || item.type === want.type) &&
    (!want.since || item.on >= want.since) && (!want.until || item.on <= want.until) &&
    words.every((word) => item.text.includes(word));
  const show = () => {
    const want = Object.fromEntries(new FormData(form));
    if (want.since && want.until && want.since > want.until) [want.since, want.until] = [want.until, want.since];
    words = plain(want.text).split(/\s+/).filter(Boolean);
    const isAsked = ["severity", "type", "hotel", "since", "until", "text"].some((name) => want[name]);
    const shown = items.filter((item) => fits(item, want)).sort(orders[want.order] || ((a, b) => a.place - b.place));
    head.replaceChildren(...shown.slice(0, first).map((item) => item.node));
    if (rest) {
      rest.replaceChildren(...shown.slice(first).map((item) => item.node));
      fold.hidden = shown.length <= first;
      fold.querySelector("[data-more]").textContent = written(shown.length - first);
      if (isAsked) fold.open = true;
    }
    found.textContent = found.dataset.text.replace("{n}", written(shown.length)).replace("{all}", written(items.length));
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(show));
  form.hidden = false;
  show();
}
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const tr = (language === "tr");
  const heads = [...table.tHead.rows[0].cells];
  const read = (row, column) => {
    const cell = row.cells[column];
    if (!cell) return null;
    const isNumber = heads[column].classList.contains("n"), sort = cell.dataset.sort;
    if (sort !== undefined) return sort === "" ? null : isNumber ? Number(sort) : sort;
    const text = cell.textContent.trim();
    if (!isNumber) return text;
    const figure = (tr ? text.replaceAll(".", "").replace(",", ".") : text.replaceAll(",", "")).replace("%", "");
    return figure === "" || Number.isNaN(Number(figure)) ? null : Number(figure);
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const isUp = head.classList.contains("n") ? was === "descending" : was !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows].map((row) => [read(row, column), row]);
      rows.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null);
        const way = typeof a === "number" ? a - b : a.localeCompare(b, language, { numeric: true });
        return isUp ? way : -way;
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
