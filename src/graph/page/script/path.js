// The way of a customer through the slots, lit on the board: who was asked, where each dropped out, who answers.

/** Decides the slots that the page shows and writes on the cards what became of each. */
class Path {
  constructor(data, board) {
    this.data = data;
    this.board = board;
    this.decider = null;
    this.fates = new Map();
  }

  /** Lights the way through a frame; `null` puts it out. Gives a line a slot. */
  show(frame) {
    const { data, board } = this;
    this.decider = frame && new Decider(data, frame);
    this.fates.clear();
    document.body.classList.toggle("decided", Boolean(frame));
    const lines = board.columns.map((column) => this.slot(column, Number(column.dataset.slot)));
    this.tell(board.selected);
    return lines;
  }

  slot(column, slot) {
    const { data, decider, board } = this;
    const verdict = column.querySelector(".verdict");
    const items = [...column.querySelectorAll(".rules > li, .fallback > li")];
    for (const item of items) {
      item.classList.remove("asked", "answers", "unsaid", "dropped", "idle");
      const state = item.querySelector(".state");
      if (state) state.textContent = "";
    }
    if (!decider) {
      verdict.textContent = "";
      return null;
    }
    const found = decideSlot(decider, slot);
    const words = found.unsaid
      ? `cannot be said here: ${this.unsaidOf(found)}`
      : `${outcomeWords(data, found.outcome)}, ${byWords(data, found.by)}`;
    verdict.textContent = words;
    verdict.classList.toggle("unsaid", Boolean(found.unsaid));
    this.asked(found, column);
    for (const id of data.rules.slots[slot].order) {
      if (!this.fates.has(id)) this.fate(id, "idle", this.wouldBe(id, found));
      const { kind, words: said } = this.fates.get(id);
      const { item } = board.cards.get(id);
      item.classList.add(kind);
      if (kind !== "idle") item.classList.add("asked");
      item.querySelector(".state").textContent = said;
    }
    return { slot, name: data.rules.slots[slot].name, words, unsaid: Boolean(found.unsaid) };
  }

  unsaidOf(found) {
    const last = found.looked.at(-1);
    const of = last.rule !== undefined ? this.data.rules.rules[last.rule].name : "what stands in";
    return `${of}: ${unsaidWords(this.data, last)}`;
  }

  fate(id, kind, words) {
    this.fates.set(id, { kind, words });
  }

  /** What was looked at, in that order. What stands in for a rule is written on the rule's card. */
  asked(found, column) {
    const { data } = this;
    for (const look of found.looked) {
      if (look.fallback !== undefined) {
        this.fallback(column, look);
      } else if (look.rule === undefined) {
        const before = this.fates.get(look.standsFor);
        const what = look.outcome ? outcomeWords(data, look.outcome) : look.unsaid ? unsaidWords(data, look) : stepWords(data, look);
        const kind = look.outcome ? "answers" : look.unsaid ? "unsaid" : "dropped";
        this.fate(look.standsFor, kind, `${before.words}; ${look.via}: ${what}`);
      } else if (look.outcome) {
        this.fate(look.rule, "answers", `\u2713 ${outcomeWords(data, look.outcome)}`);
      } else if (look.unsaid) {
        this.fate(look.rule, "unsaid", `? ${unsaidWords(data, look)}`);
      } else if (!look.triedBefore) {
        this.fate(look.rule, "dropped", `\u2717 ${this.reason(look.rule, look)}`);
      }
    }
    const { stopped } = found;
    if (stopped) {
      const { words } = this.fates.get(stopped.rule);
      this.fate(stopped.rule, "dropped", `${words}; ${data.rules.caps[stopped.cap].name} stops the slot`);
    }
  }

  fallback(column, look) {
    const item = column.querySelector(`.fallback > li[data-fallback="${look.fallback}"]`);
    const [kind, words] = look.outcome
      ? ["answers", "\u2713 answers"]
      : look.unsaid
        ? ["unsaid", `? ${unsaidWords(this.data, look)}`]
        : ["dropped", `\u2717 ${stepWords(this.data, look)}`];
    item.classList.add(kind, "asked");
    item.querySelector(".state").textContent = words;
  }

  /** The reason why a rule dropped out, with the clause that decided it. */
  reason(id, found) {
    const words = stepWords(this.data, found);
    if (found.step !== "NotApplicable" && found.step !== "NotKnown") return words;
    const { spares } = this.data.bound[id];
    const stops = ({ passes }, at) => (found.step === "NotApplicable" ? passes === NO && !spares[at] : passes !== YES);
    const at = this.decider.clauses(id).findIndex(stops);
    const clause = this.board.cards.get(id).details.querySelector(`[data-clause="${at}"]`);
    return clause ? `${words}: ${clause.textContent}` : words;
  }

  /** What would become of a rule that nobody asked. */
  wouldBe(id, found) {
    if (found.by?.slotOff) return "not asked: the slot is switched off";
    const would = asTold(this.decider, id, this.decider.rule(id));
    if (would.outcome) return "not asked: it would answer";
    return would.unsaid ? `not asked: ${unsaidWords(this.data, would)}` : `not asked: ${this.reason(id, would)}`;
  }

  /** Says in the panel what became of the rule that is selected, and of each of its clauses. */
  tell(id) {
    const { panel } = this.board;
    const line = panel.querySelector(".fate");
    if (!line) return;
    const fate = this.fates.get(id);
    line.hidden = !fate;
    line.textContent = fate ? fate.words : "";
    line.className = fate ? `fate ${fate.kind}` : "fate";
    for (const old of panel.querySelectorAll(".truth")) old.remove();
    if (!this.decider) return;
    const { spares } = this.data.bound[id];
    this.decider.clauses(id).forEach(({ passes, isUnless }, at) => {
      const item = panel.querySelector(`[data-clause="${at}"]`);
      const holds = spares[at] && passes !== YES ? UNKNOWN : isUnless ? negate(passes) : passes;
      if (item) item.append(" ", make("span", { className: `truth ${passes === YES ? "good" : "bad"}` }, truthWords(holds)));
    });
  }
}
