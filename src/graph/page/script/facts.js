// A customer as JSON to facts: what stands in each field, read as the tool reads it (src/runtime/data/customer.rs, cell.rs).
// What a person wrote and nobody can read is an error, said as such; it is never taken for something else.

const nfc = (text) => text.normalize("NFC");
const trimmed = (text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");

/** The number that a text writes: `{ mantissa, scale }`, or `null`. */
function decimal(text) {
  const found = /^([-+]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) return null;
  let places = found[3] ?? "";
  if (places.length > MOST_PLACES) places = places.replace(/0+$/, "");
  if (places.length > MOST_PLACES) return null;
  const of = BigInt(found[2] + places);
  return of > MOST ? null : { mantissa: found[1] === "-" ? -of : of, scale: places.length };
}
const MOST_PLACES = 9;

/** The mantissa of a number at a scale, never rounded; `null` where it would be, or is no number. */
function mantissaAt(text, scale) {
  const number = decimal(text);
  if (number === null) return null;
  const moved = rescaled(number.mantissa, number.scale, scale);
  if (rescaled(moved, scale, number.scale) !== number.mantissa) return null;
  return LEAST <= moved && moved <= MOST ? moved : null;
}

/** The days of `2026-12-31`, or `null`. */
function dateOf(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(BigInt);
  if (year < 1n || month < 1n || month > 12n || day < 1n || day > lengthOfMonth(year, month)) return null;
  const days = daysOf(year, month, day);
  return FIRST_DAY <= days && days <= LAST_DAY ? days : null;
}

/** The instant of `2026-06-15T10:00Z`; without an offset it is what the clock in the zone of `defaults` shows. */
function instantOf(text, data) {
  const found = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})0*)?)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/.exec(text);
  const days = found && dateOf(found[1]);
  if (!found || days === null) return null;
  const [hour, minute, second] = [found[2], found[3], found[4] ?? "0"].map(BigInt);
  if (hour > 23n || minute > 59n || second > 59n) return null;
  const micros = BigInt((found[5] ?? "").padEnd(6, "0"));
  const shown = days * DAY + ((hour * 60n + minute) * 60n + second) * 1_000_000n + micros;
  const at = found[6] === undefined ? civilToInstant(shown, data) : shown - offsetOf(found[6]);
  return at !== null && FIRST_INSTANT <= at && at <= LAST_INSTANT ? at : null;
}

function offsetOf(written) {
  if (/[Zz]/.test(written)) return 0n;
  const [hours, minutes] = [written.slice(1, 3), written.slice(3).replace(":", "") || "0"].map(BigInt);
  return (written[0] === "-" ? -1n : 1n) * (hours * 60n + minutes) * 60_000_000n;
}

/** The first instant at which the clock of `defaults` shows this; `null` where it skips it or the page has no table. */
function civilToInstant(shown, data) {
  const zone = data.rules.defaults.zone;
  const offsets = [shown - DAY, shown + DAY].map((at) => offsetAt(data.zones, zone, at));
  if (offsets.includes(null)) return null;
  const found = offsets.map((offset) => shown - BigInt(offset) * 1_000_000n);
  const right = found.filter((at) => at + BigInt(offsetAt(data.zones, zone, at)) * 1_000_000n === shown);
  return right.length === 0 ? null : right.reduce((a, b) => (a < b ? a : b));
}

const ABSENT = Object.freeze(missing("Absent"));
const UNREADABLE = Object.freeze(missing("Unreadable"));

/** Reads what is written of one attribute: `{ missing }`, `{ value, stamp }`, `{ increments }` or UNSAID. */
class CellReader {
  constructor(data, attribute) {
    this.data = data;
    this.attribute = attribute;
    [this.type, this.of] = variant(attribute.ty);
  }

  json(written, stamp = null) {
    switch (written.is) {
      case "null":
        return ABSENT;
      case "yes or no":
        return this.spelt(String(written.of), stamp) ?? (this.type === "YesNo" ? this.stamped({ kind: "YesNo", of: written.of }, stamp) : UNREADABLE);
      case "number": {
        const plain = withoutExponent(written.of);
        const spelt = this.spelt(written.of, stamp);
        if (spelt !== null || plain === null) return spelt ?? UNREADABLE;
        return this.spelt(plain, stamp) ?? this.value(plain, stamp);
      }
      case "text":
        return this.spelt(written.of, stamp) ?? this.value(written.of, stamp);
      case "list":
        if (this.type === "Set") return this.elements(written.of, stamp);
        return this.type === "Score" ? this.increments(written.of) : UNREADABLE;
      default: {
        const parts = stampedParts(written.of, this.data);
        if (parts === null || parts.value.is === "object") return UNREADABLE;
        return this.json(parts.value, parts.at ?? stamp);
      }
    }
  }

  stamped(value, stamp) {
    return { value, stamp };
  }

  /** What the mapping says of this cell: of exactly this text, else of this number; `null` where it says nothing. */
  spelt(cell, stamp) {
    const { spellings } = this.attribute.mapping;
    const number = this.type === "Number" || this.type === "Score" ? decimal(cell) : null;
    const equal = (other) => other !== null && rescaled(other.mantissa, other.scale, 18) === rescaled(number.mantissa, number.scale, 18);
    const found =
      spellings.find(([text]) => nfc(text) === nfc(cell)) ?? (number && spellings.find(([text]) => equal(decimal(text))));
    if (!found) return null;
    return found[1] === "Missing" ? ABSENT : this.stamped(valueOf(variant(found[1])[1]), stamp);
  }

  /** The value of the attribute's type that a text writes. */
  value(text, stamp) {
    const readable = (kind, of) => (of === null ? UNREADABLE : this.stamped({ kind, of }, stamp));
    switch (this.type) {
      case "YesNo":
        return readable("YesNo", text === "yes" || text === "true" ? true : text === "no" || text === "false" ? false : null);
      case "Number": {
        const of = mantissaAt(text, this.of.scale);
        return of !== null && BigInt(this.of.min) <= of && of <= BigInt(this.of.max) ? readable("Number", of) : UNREADABLE;
      }
      case "Score":
        return readable("Number", mantissaAt(text, SCORE.scale));
      case "Text":
        return readable("Text", nfc(text));
      case "OneOf": {
        const member = this.data.rules.enums[this.of].members.indexOf(nfc(text));
        return member < 0 ? missing("NotInList") : readable("Member", member);
      }
      case "Set":
        return readable("Set", new Set(text.split("|").map(nfc)));
      case "Time":
        return readable("Time", instantOf(text, this.data));
      case "Date":
        return readable("Date", dateOf(text));
      // Whether there is such a zone, the page knows only of those whose tables it carries.
      default:
        return text in this.data.zones ? readable("Text", text) : UNSAID;
    }
  }

  elements(parts, stamp) {
    const of = parts.map((part) => (part.is === "text" ? nfc(part.of) : part.is === "number" ? part.of : null));
    return of.includes(null) ? UNREADABLE : this.stamped({ kind: "Set", of: new Set(of) }, stamp);
  }

  increments(parts) {
    const increments = parts.map((part) => {
      const found = part.is === "object" ? stampedParts(part.of, this.data) : null;
      if (found === null || found.at === null || found.value.is !== "number") return null;
      const points = mantissaAt(withoutExponent(found.value.of) ?? "", SCORE.scale);
      return points === null ? null : { points, at: found.at, halfLife: this.of };
    });
    return increments.includes(null) ? UNREADABLE : { increments };
  }
}

/** `{ "value": .., "as_of": .. }`, nothing else; an increment may say `at`. */
function stampedParts(fields, data) {
  let [value, at] = [null, null];
  for (const [name, of] of fields) {
    if (name === "value") value = of;
    else if ((name === "as_of" || name === "at") && of.is === "text" && at === null) {
      at = instantOf(of.of, data);
      if (at === null) return null;
    } else if (!(name === "as_of" || name === "at") || of.is !== "null") return null;
  }
  return value === null ? null : { value, at };
}

/** Reads a customer; gives facts, or throws what cannot be read. */
function factsOf(data, text) {
  const { rules } = data;
  const facts = {
    now: null,
    heldSince: [],
    attributes: rules.attributes.map(() => ABSENT),
    consent: rules.purposes.map(() => ({ status: "Unknown", grantedAt: null, version: null, confirmed: false })),
    permissions: rules.channels.map(() => "Unknown"),
    objects: false,
    hasHistory: false,
    isHeld: false,
  };
  const written = readJson(text);
  if (written.is !== "object") throw new Unreadable('write one object, such as { "id": "anna" }');
  const given = new Set();
  const attributes = (fields, isOfMoment) => {
    for (const [name, of] of fields) attribute(data, facts, given, name, of, isOfMoment);
  };
  for (const [name, of] of written.of) {
    const fields = () => {
      if (of.is !== "object") throw new Unreadable(`\`${name}\` is no object: write { ... } there`);
      return of.of;
    };
    switch (name) {
      case "now":
        facts.now = of.is === "text" ? instantOf(of.of, data) : null;
        if (facts.now === null) throw new Unreadable('`now` is not a time: write "2026-06-15T10:00Z"');
        break;
      case "given":
        attributes(fields(), false);
        break;
      case "moment":
        attributes(fields(), true);
        break;
      case "consent":
        for (const [purpose, record] of fields()) consent(data, facts, purpose, record);
        break;
      case "permission":
        for (const [channel, state] of fields()) permission(data, facts, channel, state);
        break;
      case "held":
        facts.isHeld = fields().size > 0;
        facts.heldSince = [...fields().values()].map((at) => (at.is === "text" ? instantOf(at.of, data) : null));
        if (facts.heldSince.includes(null)) throw new Unreadable('what is held has a time: write "2026-06-15T10:00Z"');
        break;
      case "history":
        if (of.is !== "list") throw new Unreadable("the history cannot be read: write a list of events");
        of.of.forEach((event) => happened(data, event));
        facts.hasHistory = of.of.length > 0;
        break;
      default:
        attribute(data, facts, given, name, of, false);
    }
  }
  return facts;
}

function attribute(data, facts, given, name, written, isOfMoment) {
  const all = data.rules.attributes;
  const fits = (attribute) => !isOfMoment || attribute.scope === "Moment";
  let id = all.findIndex((attribute) => attribute.name === name);
  if (id < 0) id = all.findIndex((attribute) => attribute.mapping.column === name);
  if (id < 0 || !fits(all[id])) {
    throw new Unreadable(`\`${name}\` is no attribute of the ${isOfMoment ? "moment" : "customer or moment"} in the rules`);
  }
  if (given.has(id)) throw new Unreadable(`\`${all[id].name}\` is given twice: keep one of the two`);
  given.add(id);
  const fact = new CellReader(data, all[id]).json(written);
  if (fact.missing === "Unreadable") throw new Unreadable(`\`${name}\` is ${data.attributes[id].word}, and this cannot be read as one`);
  const isKey = all[id].key && fact.value && fact.value.kind === "Text";
  const key = isKey ? trimmed(fact.value.of) : "";
  facts.attributes[id] = !isKey ? fact : key === "" ? ABSENT : { value: { kind: "Text", of: key }, stamp: null };
}

/** Nothing is counted of what happened, but it must be something that can happen. */
function happened(data, written) {
  const [event, at] = written.is === "object" ? [written.of.get("event"), written.of.get("at")] : [];
  if (event?.is !== "text" || at?.is !== "text" || instantOf(at.of, data) === null) {
    throw new Unreadable("the history cannot be read: write objects with `event` and `at`");
  }
  if (!data.rules.events.some(({ name }) => name === event.of)) throw new Unreadable(`\`${event.of}\` is no event of the rules`);
}

function consent(data, facts, name, written) {
  const record = { status: "Unknown", grantedAt: null, version: null, confirmed: false };
  const cannot = () => new Unreadable(`the consent to \`${name}\` cannot be read: write one of ${CONSENTS.join(", ").toLowerCase()}`);
  const status = (of) => CONSENTS.find((state) => of.is === "text" && state.toLowerCase() === of.of) ?? fail(cannot());
  if (written.is === "object") {
    for (const [field, of] of written.of) {
      if (field === "status") record.status = status(of);
      else if (field === "granted_at" && of.is === "text") record.grantedAt = instantOf(of.of, data) ?? fail(cannot());
      else if (field === "version" && of.is === "number" && /^\d{1,9}$/.test(of.of)) record.version = Number(of.of);
      else if (field === "confirmed" && of.is === "yes or no") record.confirmed = of.of;
      else if (!(["granted_at", "version", "confirmed"].includes(field) && of.is === "null")) throw cannot();
    }
  } else {
    record.status = status(written);
  }
  const purpose = data.rules.purposes.findIndex((purpose) => purpose.name === name);
  if (purpose >= 0) {
    const isInterest = variant(data.rules.purposes[purpose].basis)[0] === "LegitimateInterest";
    if (isInterest && ["Denied", "Withdrawn"].includes(record.status)) {
      throw new Unreadable(`\`${name}\` rests on legitimate interest, which only an objection closes: write objected`);
    }
    facts.consent[purpose] = record;
  } else if (name === "direct marketing") {
    if (["Expired", "Pending", "Unknown"].includes(record.status)) throw cannot();
    facts.objects = record.status !== "Granted";
  } else {
    throw new Unreadable(`\`${name}\` is no purpose of the rules`);
  }
}

function permission(data, facts, name, written) {
  const state = PERMISSIONS.find((state) => written.is === "text" && state.toLowerCase() === written.of);
  if (!state) throw new Unreadable(`the permission of \`${name}\` cannot be read: write one of ${PERMISSIONS.join(", ").toLowerCase()}`);
  const channel = data.rules.channels.findIndex((channel) => channel.name === name);
  if (channel < 0) throw new Unreadable(`\`${name}\` is no channel of the rules`);
  facts.permissions[channel] = state;
}

function fail(error) {
  throw error;
}
