// The panel in which a customer is typed, as a form or as JSON, and what the reader must say beside it: when, and how far caps
// are used. Nothing of it leaves the page, and nothing is kept.

class Customer {
  constructor(data, board, path) {
    this.data = data;
    this.path = path;
    this.root = element("customer");
    this.button = element("open-customer");
    this.told = { caps: {}, windows: {}, values: {} };
    this.isBuilt = false;
    this.button.addEventListener("click", () => this.open(this.root.hidden));
  }

  open(isOpen) {
    if (isOpen && !this.isBuilt) this.build();
    this.root.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    document.body.classList.toggle("with-customer", isOpen);
    if (isOpen) this.decide();
    else this.path.show(null);
    (isOpen ? this.root.querySelector("input, select, textarea") : this.button).focus();
  }

  /** The time that is typed, else now. */
  now() {
    return this.nowInput.value.trim() || shownNow();
  }

  build() {
    const { data } = this;
    this.isBuilt = true;
    const close = make("button", { type: "button", className: "close", "aria-label": "close" }, "\u00d7");
    close.addEventListener("click", () => this.open(false));
    const plain = { type: "text", spellcheck: "false", autocomplete: "off" };
    this.nowInput = make("input", { ...plain, id: "now", placeholder: shownNow(), value: data.now ?? shownNow() });
    this.text = make("textarea", { id: "json", rows: "12", spellcheck: "false", "aria-describedby": "said" });
    this.said = make("output", { id: "said", "aria-live": "polite" });
    this.answers = make("ul", { className: "answers" });
    const now = () => this.now();
    const ids = (list, is = () => true) => list.map((_, id) => id).filter((id) => is(list[id]));
    const { attributes, purposes, channels } = data.rules;
    const of = (scope) => (attribute) => attribute.scope === scope && !attribute.never_used;
    const fields = (list, make) => list.map((id) => [id, make(data, id, now)]);
    this.fields = [
      ["customer", fields(ids(attributes, of("Customer")), attributeField), null, attributes],
      ["moment", fields(ids(attributes, of("Moment")), attributeField), "moment", attributes],
      ["consent", fields(ids(purposes), consentField), "consent", purposes],
      ["permission", fields(ids(channels), permissionField), "permission", channels],
    ];
    const form = make("form", { id: "form" });
    for (const [name, inputs] of this.fields) {
      if (inputs.length === 0) continue;
      const set = make("fieldset", {}, make("legend", {}, name), ...inputs.map(([, field]) => field.root));
      form.append(set);
    }
    form.append(...this.beside());
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => this.typed(event.target));
    this.nowInput.addEventListener("input", () => this.decide());
    this.text.addEventListener("input", () => {
      this.fill();
      this.decide();
    });
    const json = make("details", { className: "json" }, make("summary", {}, "as JSON, as ", make("code", {}, "cater why"), " takes it"), this.text);
    const moment = data.moment && Object.keys(data.moment).length > 0 ? { moment: data.moment } : {};
    const key = attributes.find((attribute) => attribute.key);
    this.text.value = writeJson(readJson(JSON.stringify({ ...(key ? { [key.name]: "somebody" } : {}), ...moment })));
    this.root.replaceChildren(
      make("header", {}, make("div", {}, make("h2", {}, "A customer"), make("p", { className: "note" }, "typed here, decided here, gone when the page is closed")), close),
      make("section", { className: "result" }, this.said, this.answers),
      make("label", { className: "field now" }, make("span", {}, "now"), this.nowInput),
      form,
      json,
    );
    this.fill();
  }

  /** What a customer's JSON does not say: how far caps are used, whether windows are open, what events add up to. */
  beside() {
    const { data, told } = this;
    const sets = [];
    const section = (title, note, fields) => {
      if (fields.length > 0) sets.push(make("details", { className: "beside" }, make("summary", {}, title), make("p", { className: "note" }, note), ...fields));
    };
    const field = (name, note, input) => make("label", { className: "field" }, make("span", {}, name), make("small", {}, note), input);
    const tell = (kind, id, read) => (event) => {
      event.stopPropagation();
      const value = read(event.target.value.trim());
      if (value === undefined) delete told[kind][id];
      else told[kind][id] = value;
      this.decide();
    };
    const count = (value) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined);
    section("Caps", "How much of each is used. Without a history nothing is.", data.rules.caps.map((cap, id) => {
      const input = make("input", { type: "text", inputmode: "numeric", placeholder: "0", autocomplete: "off" });
      input.addEventListener("input", tell("caps", id, count));
      const isCount = variant(cap.kind)[0] === "Cap";
      return field(cap.name, isCount ? data.caps[id] : `${data.caps[id]}; 1 or more: it holds`, input);
    }));
    section("Windows", "Whether each is open. Else the clocks say, where this page has a table of their zone.", data.rules.windows.map((window, id) => {
      const input = choice(["", "open", "closed"]);
      input.addEventListener("input", tell("windows", id, (value) => value || undefined));
      return field(window.name, window.label, input);
    }));
    section("What happened", "What events add up to. Without a history nothing has happened.", data.gathered.flatMap((of, id) => {
      if (!of.isOfEvents) return [];
      const isTime = variant(of.type)[0] === "Time";
      const input = make("input", { type: "text", placeholder: isTime ? "never" : "0", autocomplete: "off" });
      input.addEventListener("input", tell("values", id, (value) => value || undefined));
      return [field(of.words, "", input)];
    }));
    return sets;
  }

  /** A field was filled in: the text says so. */
  typed(input) {
    let written;
    try {
      written = readJson(this.text.value || "{}");
    } catch {
      return;
    }
    for (const [, fields, group, list] of this.fields) {
      const found = fields.find(([, field]) => field.input === input);
      if (!found || written.is !== "object") continue;
      const [id, field] = found;
      const to = group === null ? written : objectIn(written, group);
      const value = field.write();
      if (value === null) to.of.delete(list[id].name);
      else to.of.set(list[id].name, value);
      if (group !== null && to.of.size === 0) written.of.delete(group);
    }
    this.text.value = writeJson(written);
    this.decide();
  }

  /** The text was changed: the fields show what they can of it. */
  fill() {
    let written;
    try {
      written = readJson(this.text.value || "{}");
    } catch {
      return;
    }
    if (written.is !== "object") return;
    for (const [, fields, group, list] of this.fields) {
      const of = group === null ? written.of : (written.of.get(group)?.of ?? new Map());
      for (const [id, field] of fields) field.show(of instanceof Map ? of.get(list[id].name) : undefined);
    }
  }

  /** Decides, and says what cannot be read. */
  decide() {
    try {
      const frame = frameOfText(this.data, this.text.value || "{}", this.now(), this.told);
      const lines = this.path.show(frame).filter(Boolean);
      this.said.textContent = "";
      this.said.className = "";
      this.answers.replaceChildren(...lines.map(({ name, words, unsaid: isUnsaid }) =>
        make("li", { className: isUnsaid ? "unsaid" : "" }, make("b", {}, name), ` ${words}`)));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.path.show(null);
      this.said.textContent = error.message;
      this.said.className = "error";
      this.answers.replaceChildren();
    }
  }
}

/** The object of that name in an object, made where there is none. */
function objectIn(written, name) {
  if (written.of.get(name)?.is !== "object") written.of.set(name, { is: "object", of: new Map() });
  return written.of.get(name);
}

/** Now, as the language writes instants. */
function shownNow() {
  return `${new Date().toISOString().slice(0, 16)}Z`;
}

/** The frame of a customer's JSON. Its own `now` goes before the one that is given. */
function frameOfText(data, written, nowText, told) {
  const facts = factsOf(data, written);
  const now = facts.now ?? instantOf(nowText, data);
  if (now === null) throw new Unreadable("`now` is not a time: write 2026-06-15T10:00Z");
  return gather(data, facts, now, told);
}
