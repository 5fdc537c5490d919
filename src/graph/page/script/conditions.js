// What a condition is, and what an expression reads, in a frame (src/eval/condition.rs, src/eval/expression.rs). The tree is
// the model's own, written down by one serializer; a variant that stands nowhere here stops the page loudly, not quietly.

/** A default fills what nobody gave and what is too old; never what the customer closed, and never what was garbled. */
const isFilled = (reason) => ["Absent", "Stale", "Unstamped"].includes(reason);

/** Reads conditions and expressions of one rule set over one frame. */
class Reader {
  constructor(data, frame) {
    this.data = data;
    this.rules = data.rules;
    this.frame = frame;
    this.segments = new Map();
  }

  /** The truth of a condition, as a set. */
  condition(written) {
    const [kind, of] = variant(written);
    const read = (expression) => this.datum(expression);
    switch (kind) {
      case "And":
        return of.map((part) => this.condition(part)).reduce(and, YES);
      case "Or":
        return of.map((part) => this.condition(part)).reduce(or, NO);
      case "Not":
        return negate(this.condition(of));
      case "Segment":
        if (!this.segments.has(of)) this.segments.set(of, this.condition(this.rules.segments[of].condition));
        return this.segments.get(of);
      case "Holds":
        return this.ask(read(of), (value) => (value.kind === "YesNo" ? truth(value.of) : UNKNOWN));
      case "Equal": {
        const [left, right] = of.map(read);
        if (left.unsaid || right.unsaid) return ANY;
        return left.value && right.value ? truth(same(left.value, right.value)) : UNKNOWN;
      }
      case "OneOf": {
        const values = of[1].map(valueOf);
        return this.ask(read(of[0]), (value) => truth(values.some((other) => same(value, other))));
      }
      case "Compare":
        return compare(of[0], read(of[1]), read(of[2]));
      case "Between": {
        const [middle, from, to] = of.map(read);
        return and(compare("AtLeast", middle, from), compare("AtMost", middle, to));
      }
      case "Known": {
        const datum = this.datum(of, false);
        return datum.unsaid ? YES | NO : truth(Boolean(datum.value));
      }
      case "Never":
        return this.ask(read(of), (value) => truth(value.kind === "Never"));
      case "Has": {
        const [quantifier, elements] = [of[1], of[2]];
        const holds = (set) => (element) => set.has(element);
        return this.ask(read(of[0]), (value) => {
          if (value.kind !== "Set") return UNKNOWN;
          return truth(quantifier === "Any" ? elements.some(holds(value.of)) : elements.every(holds(value.of)));
        });
      }
      case "Age": {
        const [bound, limits] = variant(of[2]);
        const is = (comparison, period) => age(read(of[0]), of[1], comparison, period, this.frame.now, this.frame.today);
        return bound === "One" ? is(limits[0], limits[1]) : and(is("AtLeast", limits[0]), is("AtMost", limits[1]));
      }
      default:
        throw new Error(`a condition of a kind that this page does not know: ${kind}`);
    }
  }

  /** What is asked of a value; unknown where there is none, anything where that cannot be said. */
  ask(datum, question) {
    if (datum.unsaid) return ANY;
    return datum.value ? question(datum.value) : UNKNOWN;
  }

  /** The value of an expression; without declared defaults for `is known`. */
  datum(written, defaults = true) {
    const [kind, of] = variant(written);
    switch (kind) {
      case "Literal":
        return { value: valueOf(of[0]) };
      case "Attribute":
        return this.attribute(of, defaults);
      case "Value":
        return this.datum(this.rules.values[of].expression, defaults);
      case "Gathered":
        return this.frame.gathered[of];
      case "Consent":
        return { value: { kind: "Member", of: CONSENTS.indexOf(this.frame.consent[of]) } };
      case "Permission":
        return { value: { kind: "Member", of: PERMISSIONS.indexOf(this.frame.permissions[of]) } };
      case "Now":
        return known("Time", this.frame.now);
      case "Rescale":
        return rescale(this.datum(of[0], defaults), this.scale(of[0]), of[1].scale);
      case "Arithmetic": {
        const side = (part) => ({ datum: this.datum(part, defaults), scale: this.scale(part) });
        return arithmetic(of[0], side(of[1]), side(of[2]), of[3].scale);
      }
      case "Else": {
        const first = this.datum(of[0], defaults);
        return first.missing ? this.datum(of[1], defaults) : first;
      }
      case "When": {
        const holds = this.condition(of[1]);
        if (!isSure(holds)) return UNSAID;
        return holds === YES ? this.datum(of[0], defaults) : holds === NO ? known("Number", 0n) : COMPUTED;
      }
      default:
        throw new Error(`an expression of a kind that this page does not know: ${kind}`);
    }
  }

  attribute(id, defaults) {
    const datum = this.frame.attributes[id];
    const fallback = this.rules.attributes[id].default;
    return defaults && fallback !== null && datum.missing && isFilled(datum.missing) ? { value: valueOf(fallback) } : datum;
  }

  /** The decimal places of a number that an expression gives. */
  scale(written) {
    const [kind, of] = variant(written);
    const places = (type) => {
      const [name, number] = variant(type);
      return name === "Number" ? number.scale : name === "Score" ? SCORE.scale : 0;
    };
    switch (kind) {
      case "Literal":
        return places(of[1]);
      case "Attribute":
        return places(this.rules.attributes[of].ty);
      case "Value":
        return places(this.rules.values[of].ty);
      case "Gathered":
        return places(this.data.gathered[of].type);
      case "Rescale":
        return of[1].scale;
      case "Arithmetic":
        return of[3].scale;
      case "Else":
        return places(of[2]);
      case "When":
        return of[2].scale;
      default:
        return 0;
    }
  }

  // -- what may yet become known: `if unknown` answers absent and stale, and nothing else (src/eval/awaited.rs) ----------

  /** Whether all that a condition lacks may yet be given: yes, no, or `undefined` where that cannot be said. */
  isAwaited(written) {
    const [kind, of] = variant(written);
    switch (kind) {
      case "And":
      case "Or":
        return every(of.map((part) => {
          const holds = this.condition(part);
          return !isSure(holds) ? undefined : holds !== UNKNOWN || this.isAwaited(part);
        }));
      case "Not":
        return this.isAwaited(of);
      case "Segment":
        return this.isAwaited(this.rules.segments[of].condition);
      case "Holds":
      case "Known":
      case "Never":
        return this.allAwaited([of]);
      case "OneOf":
      case "Has":
      case "Age":
        return this.allAwaited([of[0]]);
      case "Equal":
      case "Between":
        return this.allAwaited(of);
      default:
        return this.allAwaited([of[1], of[2]]);
    }
  }

  allAwaited(expressions) {
    return every(expressions.map((of) => {
      const datum = this.datum(of);
      return datum.unsaid ? undefined : Boolean(datum.value) || this.awaited(of);
    }));
  }

  awaited(written) {
    const [kind, of] = variant(written);
    switch (kind) {
      case "Attribute":
      case "Gathered": {
        const datum = this.datum(written);
        return datum.unsaid ? undefined : Boolean(datum.missing) && isFilled(datum.missing);
      }
      case "Value":
        return this.awaited(this.rules.values[of].expression);
      case "Rescale":
        return this.awaited(of[0]);
      case "Arithmetic": {
        const sides = [this.datum(of[1]), this.datum(of[2])];
        if (sides.some((side) => side.unsaid)) return undefined;
        return sides.some((side) => side.missing) && this.allAwaited([of[1], of[2]]);
      }
      case "Else":
        return this.allAwaited([of[0], of[1]]);
      case "When": {
        const holds = this.condition(of[1]);
        if (!isSure(holds)) return undefined;
        return every([this.allAwaited([of[0]]), holds !== UNKNOWN || this.isAwaited(of[1])]);
      }
      default:
        return false;
    }
  }
}

/** Whether all are true: a false one decides, then one that cannot be said. */
function every(answers) {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Whether one is true: a true one decides, then one that cannot be said. */
function some(answers) {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

const CONSENTS = ["Granted", "Denied", "Withdrawn", "Expired", "Pending", "Unknown", "Objected"];
const PERMISSIONS = ["Full", "Provisional", "Denied", "Unknown"];
