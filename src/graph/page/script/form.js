// The form of a customer, made from the attributes of the rules. It writes JSON, and reads from JSON what a field can show: the
// text is what is decided, and it is what `cater why` takes.

/** One field of the form: a label, an input, what it writes (`null` for nothing) and what it shows of what is written. */
class Field {
  constructor(label, input, { write, show, note = null }) {
    this.input = input;
    this.write = write;
    this.show = show;
    this.root = make("label", { className: "field" }, make("span", {}, label), note && make("small", {}, note), input);
  }
}

const text = (of) => ({ is: "text", of });
const number = (of) => ({ is: "number", of });
const scalar = (written) => (written && ["text", "number"].includes(written.is) ? written.of : "");

/** A choice of words; the first is nothing. */
function choice(words, attributes = {}) {
  return make("select", attributes, ...words.map((word) => make("option", { value: word }, word === "" ? "\u2013" : word)));
}

/** The field of an attribute. */
function attributeField(data, id, now) {
  const attribute = data.rules.attributes[id];
  const [type, of] = variant(attribute.ty);
  const { input, read, show } = inputOf(data, id, type, of);
  const stamp = () => text(now());
  const write = () => {
    const written = input.value.trim() === "" ? null : read(input.value.trim());
    if (written === null) return null;
    // Of what must be fresh, and of a score, its time is asked: as of now.
    if (type === "Score") return { is: "list", of: [{ is: "object", of: new Map([["value", written], ["at", stamp()]]) }] };
    return attribute.fresh === null ? written : { is: "object", of: new Map([["value", written], ["as_of", stamp()]]) };
  };
  const inside = (written) => {
    if (written?.is === "object") return written.of.get("value");
    if (written?.is === "list" && type === "Score") return inside(written.of[0]);
    return written;
  };
  const needs = attribute.needs.map((purpose) => data.rules.purposes[purpose].name);
  const notes = [];
  if (needs.length > 0) notes.push(`needs ${needs.join(", ")}`);
  if (attribute.fresh !== null || type === "Score") notes.push("as of now");
  if (attribute.default !== null) notes.push("has a default");
  return new Field(attribute.name, input, { write, show: (written) => show(inside(written)), note: notes.join("; ") || null });
}

/** The input for a type, what it writes and what it shows. */
function inputOf(data, id, type, of) {
  const plain = (placeholder, read = text) => {
    const input = make("input", { type: "text", placeholder, autocomplete: "off", spellcheck: "false" });
    return { input, read, show: (written) => (input.value = scalar(written)) };
  };
  const isNumber = (value) => (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? number(value) : text(value));
  const words = (list) => {
    const listed = `list-${id}`;
    const found = plain(list.length > 0 ? list[0] : "");
    found.input.setAttribute("list", listed);
    document.body.append(make("datalist", { id: listed }, ...list.map((word) => make("option", { value: word }))));
    return found;
  };
  switch (type) {
    case "YesNo": {
      const input = choice(["", "yes", "no"]);
      const show = (written) => (input.value = written?.is === "yes or no" ? (written.of ? "yes" : "no") : scalar(written));
      return { input, read: (value) => ({ is: "yes or no", of: value === "yes" }), show };
    }
    case "OneOf":
      return words(data.rules.enums[of].members);
    case "Zone":
      return words(Object.keys(data.zones));
    case "Number":
    case "Score": {
      const found = plain(type === "Number" && of.scale === 0 ? "12" : "12.50", isNumber);
      found.input.setAttribute("inputmode", "decimal");
      return found;
    }
    case "Set": {
      const found = plain("a, b");
      found.read = (value) => ({ is: "list", of: value.split(",").map((part) => text(part.trim())) });
      found.show = (written) => (found.input.value = written?.is === "list" ? written.of.map(scalar).join(", ") : scalar(written));
      return found;
    }
    case "Time":
      return plain("2026-06-15T10:00Z");
    case "Date":
      return plain("2026-06-15");
    default:
      return plain("");
  }
}

/** The field of a purpose: a yes brings all that the purpose asks of one. */
function consentField(data, id, now) {
  const purpose = data.rules.purposes[id];
  const input = choice(["", ...CONSENTS.map((state) => state.toLowerCase())]);
  const asks = purpose.version !== null || purpose.valid !== null || purpose.confirmed;
  const write = () => {
    if (input.value === "") return null;
    if (input.value !== "granted" || !asks) return text(input.value);
    const record = [["status", text("granted")], ["granted_at", text(now())]];
    if (purpose.version !== null) record.push(["version", number(String(purpose.version))]);
    if (purpose.confirmed) record.push(["confirmed", { is: "yes or no", of: true }]);
    return { is: "object", of: new Map(record) };
  };
  const show = (written) => (input.value = scalar(written?.is === "object" ? written.of.get("status") : written));
  const basis = variant(purpose.basis)[0] === "LegitimateInterest" ? "open unless objected" : null;
  return new Field(purpose.name, input, { write, show, note: [purpose.label, basis].filter(Boolean).join("; ") || null });
}

function permissionField(data, id) {
  const input = choice(["", ...PERMISSIONS.map((state) => state.toLowerCase())]);
  const write = () => (input.value === "" ? null : text(input.value));
  return new Field(data.rules.channels[id].name, input, { write, show: (written) => (input.value = scalar(written)) });
}
