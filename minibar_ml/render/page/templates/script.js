"use strict";
// Filters and sorts what the page already holds. It asks nothing of anyone and makes no markup out of text.
const language = document.documentElement.lang;
// Whoever has no ş or İ on the keyboard finds them by s and i. The ı has no mark that could be taken off.
const plain = (text) => text.toLocaleLowerCase(language).normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i");
// The list of all alerts. What it is filtered by stands in the address, so that a link can name a part of it.
for (const form of document.querySelectorAll("[data-finder]")) {
  const body = document.querySelector("[data-table=alerts] tbody");
  const found = form.querySelector("[data-found]");
  // A row's own: severity|type|kind|entity|hotel|floor, in this order; a floor's name may hold anything.
  const names = ["severity", "type", "kind", "entity", "hotel", "floor"];
  const owns = new WeakMap();
  const own = (row) => {
    if (!owns.has(row)) {
      const parts = row.dataset.q.split("|");
      owns.set(row, Object.fromEntries(names.map((name, at) => [name, at === 5 ? parts.slice(5).join("|") : parts[at]])));
    }
    return owns.get(row);
  };
  const written = (count) => count.toLocaleString(language);
  let texts;
  const text = (row) => (texts ||= new WeakMap()).get(row) ?? (texts.set(row, plain(row.textContent)), texts.get(row));
  const asked = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const show = () => {
    const { since: first, until: last, text: typed, ...exact } = asked();
    const [since, until] = first && last && first > last ? [last, first] : [first, last];
    const words = plain(typed || "").split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of body.rows) {
      const fits = Object.entries(exact).every(([name, value]) => own(row)[name] === value) &&
        (!since || row.cells[1].dataset.sort >= since) && (!until || row.cells[1].dataset.sort <= until) &&
        (!words.length || words.every((word) => text(row).includes(word)));
      row.hidden = !fits;
      shown += fits;
    }
    found.textContent = found.dataset.text.replace("{n}", written(shown)).replace("{all}", written(body.rows.length));
  };
  const read = () => {
    if (!location.hash.startsWith("#alerts?")) return;
    const wanted = new URLSearchParams(location.hash.slice(8));
    for (const field of form.elements) {
      const value = wanted.get(field.name) || "";
      if (!field.name) continue;
      field.value = value;
      // A select takes no value that it does not offer; what was asked for and is not there is found nowhere.
      if (field.value !== value && field.options) field.add(new Option(value, value, false, true));
    }
    form.closest("details").open = true;
    show();
    form.closest("section").scrollIntoView();
  };
  form.addEventListener("input", () => {
    history.replaceState(null, "", `#alerts?${new URLSearchParams(asked())}`);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("button").addEventListener("click", () => {
    for (const field of form.elements) if (field.name) field.value = "";
    history.replaceState(null, "", "#alerts");
    show();
  });
  // Figures that count a part of the list lead to it.
  for (const figure of document.querySelectorAll("[data-filter]")) {
    const link = document.createElement("a");
    link.href = `#alerts?${figure.dataset.filter}`;
    link.append(...figure.childNodes);
    figure.append(link);
  }
  addEventListener("hashchange", read);
  form.hidden = false;
  // Nothing is filtered yet: the rows need not be looked at before somebody asks.
  found.textContent = found.dataset.text.replace("{n}", written(body.rows.length)).replace("{all}", written(body.rows.length));
  read();
}
// A link such as #alert-22 opens what it leads to, and whatever that is folded into.
const unfold = () => {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
const order = new Intl.Collator(language, { numeric: true });
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
        const way = typeof a === "number" ? a - b : order.compare(a, b);
        return isUp ? way : -way;
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}
