// The board: which slots and rules are shown, which rule is selected, and how to get from one to the next without a mouse.

const element = (id) => document.getElementById(id);

/** An element with a class, attributes and what stands in it; texts stay texts, so nothing of a name is markup. */
function make(tag, { className = "", ...attributes } = {}, ...parts) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, of] of Object.entries(attributes)) {
    if (of === true) made.setAttribute(name, "");
    else if (of !== false && of !== null && of !== undefined) made.setAttribute(name, of);
  }
  made.append(...parts.filter((part) => part !== null && part !== undefined));
  return made;
}

/** The columns and cards of the page. `onSelect` hears of each selection, with the id or `null`. */
class Board {
  constructor() {
    this.root = element("board");
    this.panel = element("panel");
    this.cards = new Map();
    this.columns = [...this.root.querySelectorAll(".slot")];
    this.selected = null;
    this.hovered = null;
    this.onSelect = () => {};
    this.onHover = () => {};
    for (const details of this.root.querySelectorAll(".rule")) {
      const id = Number(details.dataset.rule);
      const row = details.querySelector("summary");
      row.setAttribute("role", "button");
      row.setAttribute("aria-controls", "panel");
      row.setAttribute("aria-pressed", "false");
      row.tabIndex = -1;
      const hasFinding = row.querySelector(".finding") !== null;
      this.cards.set(id, { id, details, row, item: details.parentElement, find: details.dataset.find, hasFinding });
    }
    this.listen();
  }

  listen() {
    this.root.addEventListener("click", (event) => {
      const row = event.target.closest("summary");
      const link = event.target.closest('a[href^="#rule-"]');
      if (link) return this.follow(event, link);
      if (!row || !row.parentElement.matches(".rule")) return undefined;
      event.preventDefault();
      const id = Number(row.parentElement.dataset.rule);
      return this.select(id === this.selected ? null : id);
    });
    this.panel.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#rule-"]');
      if (link) this.follow(event, link);
    });
    this.root.addEventListener("pointerover", (event) => this.hover(event.target.closest(".rule")));
    this.root.addEventListener("pointerleave", () => this.hover(null));
    document.addEventListener("keydown", (event) => this.key(event));
    const shown = new Map();
    this.root.addEventListener("focusin", (event) => {
      if (event.target.matches(".rule > summary")) this.reach(event.target);
    });
    addEventListener("beforeprint", () => {
      for (const details of document.querySelectorAll("details")) {
        shown.set(details, details.open);
        details.open = true;
      }
    });
    addEventListener("afterprint", () => shown.forEach((open, details) => (details.open = open)));
  }

  /** One row of a column is reached by the tab key, the others from there by arrows. */
  reach(row) {
    for (const other of row.closest(".slot").querySelectorAll('.rule > summary[tabindex="0"]')) other.tabIndex = -1;
    row.tabIndex = 0;
  }

  hover(details) {
    const id = details ? Number(details.dataset.rule) : null;
    if (id === this.hovered) return;
    this.hovered = id;
    this.onHover(id);
  }

  follow(event, link) {
    event.preventDefault();
    this.show(Number(link.hash.slice("#rule-".length)));
  }

  /** Selects a rule and brings it into sight, whatever was searched for. */
  show(id) {
    const card = this.cards.get(id);
    if (!card) return;
    if (card.item.hidden || card.item.closest(".slot").hidden) this.clear();
    this.select(id);
    card.row.scrollIntoView({ block: "center", inline: "nearest" });
    card.row.focus({ preventScroll: true });
  }

  select(id) {
    const before = this.cards.get(this.selected);
    if (before) {
      before.details.classList.remove("selected");
      before.row.setAttribute("aria-pressed", "false");
    }
    this.selected = id;
    const card = this.cards.get(id);
    this.panel.hidden = !card;
    document.body.classList.toggle("with-panel", Boolean(card));
    if (card) {
      card.details.classList.add("selected");
      card.row.setAttribute("aria-pressed", "true");
      this.fill(card);
    } else {
      this.panel.replaceChildren();
    }
    const hash = card ? `#rule-${id}` : " ";
    history.replaceState(null, "", hash);
    this.onSelect(id);
  }

  /** The panel says what stands behind the row. */
  fill(card) {
    const slot = card.item.closest(".slot").querySelector("h2").textContent;
    const close = make("button", { type: "button", className: "close", "aria-label": "close" }, "\u00d7");
    close.addEventListener("click", () => {
      this.select(null);
      card.row.focus();
    });
    const name = card.row.querySelector(".name").textContent;
    const meta = card.row.querySelector(".meta").textContent.trim();
    const head = make("header", {}, make("div", {}, make("h2", {}, name), make("p", { className: "note" }, `in ${slot}, ${meta}`)), close);
    const body = card.details.querySelector(".body").cloneNode(true);
    this.panel.replaceChildren(head, make("p", { className: "fate", hidden: true }), body);
    this.panel.setAttribute("aria-label", `rule ${name}`);
    this.panel.scrollTop = 0;
  }

  // -- searching ---------------------------------------------------------------------------------------------------------

  /** Shows what has every word that is searched for, in the slots that are wanted. */
  filter() {
    const words = element("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const onlyFindings = element("only-findings").checked;
    const isFiltered = words.length > 0 || onlyFindings;
    const wanted = new Set([...document.querySelectorAll("#slots input:checked")].map((box) => box.dataset.slot));
    let found = 0;
    for (const column of this.columns) {
      let here = 0;
      for (const item of column.querySelectorAll(".rules > li")) {
        const card = this.cards.get(Number(item.firstElementChild?.dataset.rule));
        if (!card) continue;
        card.item.hidden = !(words.every((word) => card.find.includes(word)) && (card.hasFinding || !onlyFindings));
        if (!card.item.hidden) here += 1;
      }
      const rows = [...column.querySelectorAll(".rules > li:not([hidden]) > .rule > summary")];
      if (rows.length > 0 && !rows.some((row) => row.tabIndex === 0)) this.reach(rows[0]);
      const isWanted = wanted.has(column.dataset.slot);
      column.hidden = !isWanted || (isFiltered && here === 0);
      if (isWanted) found += here;
    }
    const all = this.cards.size;
    element("found").textContent = isFiltered || wanted.size < this.columns.length ? `${found} of ${all} rules` : "";
    element("slots-shown").textContent = `${wanted.size} of ${this.columns.length}`;
    document.body.classList.toggle("one-slot", this.columns.filter((column) => !column.hidden).length === 1);
    this.onSelect(this.selected);
  }

  clear() {
    element("search").value = "";
    element("only-findings").checked = false;
    for (const box of document.querySelectorAll("#slots input")) box.checked = true;
    this.filter();
  }

  // -- keys --------------------------------------------------------------------------------------------------------------

  key(event) {
    const isTyping = event.target.matches("input, select, textarea");
    if (event.key === "Escape" && !(isTyping && event.target.value)) {
      const card = this.cards.get(this.selected);
      this.select(null);
      if (card && !isTyping) card.row.focus();
    } else if (event.key === "/" && !isTyping) {
      event.preventDefault();
      element("search").focus();
    } else if (event.target.matches(".rule > summary")) {
      const to = this.next(event.target, event.key);
      if (!to) return;
      event.preventDefault();
      to.focus();
    }
  }

  /** The row that an arrow leads to. */
  next(row, key) {
    const rowsOf = (column) => [...column.querySelectorAll(".rules > li:not([hidden]) > .rule > summary")];
    const column = row.closest(".slot");
    const rows = rowsOf(column);
    const at = rows.indexOf(row);
    const beside = (step) => {
      const shown = this.columns.filter((other) => !other.hidden && rowsOf(other).length > 0);
      const other = shown[shown.indexOf(column) + step];
      return other && (rowsOf(other)[at] ?? rowsOf(other).at(-1));
    };
    switch (key) {
      case "ArrowDown":
        return rows[at + 1];
      case "ArrowUp":
        return rows[at - 1];
      case "Home":
        return rows[0];
      case "End":
        return rows.at(-1);
      case "ArrowRight":
        return beside(1);
      case "ArrowLeft":
        return beside(-1);
      default:
        return null;
    }
  }
}
