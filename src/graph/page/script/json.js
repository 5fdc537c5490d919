// JSON whose numbers stay as they were written, as the tool reads it (src/runtime/data/json.rs): a number goes through no
// binary float on its way to a decimal, and a name that stands twice is seen.

/** What cannot be read, said to people. */
class Unreadable extends Error {}

/** A tree of `{ is: "null" | "yes or no" | "number" | "text" | "list" | "object", of }`; numbers are texts. */
function readJson(text) {
  const reader = new JsonReader(text);
  const found = reader.value(0);
  reader.blank();
  if (reader.at < text.length) reader.fail("something stands behind the end");
  return found;
}

class JsonReader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail(why) {
    const before = this.text.slice(0, this.at).split("\n");
    throw new Unreadable(`this is no JSON: ${why}, in line ${before.length}, column ${before.at(-1).length + 1}`);
  }

  blank() {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at += 1;
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.at += found[0].length;
    return found[0];
  }

  value(depth) {
    if (depth > 64) this.fail("it is nested too deep");
    this.blank();
    const sign = this.text[this.at];
    if (sign === "{") return this.object(depth);
    if (sign === "[") return this.list(depth);
    if (sign === '"') return { is: "text", of: this.string() };
    const number = this.take(/-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y);
    if (number !== null) return { is: "number", of: number };
    switch (this.take(/true|false|null/y)) {
      case "true":
        return { is: "yes or no", of: true };
      case "false":
        return { is: "yes or no", of: false };
      case "null":
        return { is: "null", of: null };
      default:
        return this.fail(sign === undefined ? "it ends too early" : `\`${sign}\` begins no value`);
    }
  }

  string() {
    const written = this.take(/"([^"\\\u0000-\u001f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    return written === null ? this.fail("a text does not end, or holds what no text may") : JSON.parse(written);
  }

  list(depth) {
    const of = [];
    this.at += 1;
    this.blank();
    if (this.text[this.at] === "]") {
      this.at += 1;
      return { is: "list", of };
    }
    for (;;) {
      of.push(this.value(depth + 1));
      if (this.isLast("]")) return { is: "list", of };
    }
  }

  object(depth) {
    const of = new Map();
    this.at += 1;
    this.blank();
    if (this.text[this.at] === "}") {
      this.at += 1;
      return { is: "object", of };
    }
    for (;;) {
      this.blank();
      if (this.text[this.at] !== '"') this.fail("a name in quotes is missing");
      const name = this.string();
      this.blank();
      if (this.text[this.at] !== ":") this.fail(`a colon is missing behind \`${name}\``);
      this.at += 1;
      if (of.has(name)) throw new Unreadable(`\`${name}\` stands twice: keep one of the two`);
      of.set(name, this.value(depth + 1));
      if (this.isLast("}")) return { is: "object", of };
    }
  }

  /** Whether a list or an object ends here; else a comma does. */
  isLast(end) {
    this.blank();
    const sign = this.text[this.at];
    if (sign !== end && sign !== ",") this.fail(`\`,\` or \`${end}\` is missing`);
    this.at += 1;
    return sign === end;
  }
}

/** A number without its exponent; `null` where that would be longer than any number here may be. */
function withoutExponent(number) {
  const [digits, exponent] = number.toLowerCase().split("e");
  if (exponent === undefined) return number;
  const by = Number(exponent);
  if (Math.abs(by) > 40) return null;
  const sign = digits.startsWith("-") ? "-" : "";
  const [whole, places = ""] = digits.replace("-", "").split(".");
  const [all, point] = [whole + places, whole.length + by];
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${all}`;
  if (point >= all.length) return sign + all + "0".repeat(point - all.length);
  return `${sign}${all.slice(0, point)}.${all.slice(point)}`;
}

/** A tree as text, two blanks a level; what holds nothing but plain values stands on one line. */
function writeJson({ is, of }, level = 0) {
  const isPlain = (part) => part.is !== "object" && part.is !== "list";
  const pad = "  ".repeat(level + 1);
  const around = (open, parts, close, isShort) => {
    if (parts.length === 0) return open + close;
    if (isShort) return `${open} ${parts.join(", ")} ${close}`;
    return `${open}\n${pad}${parts.join(`,\n${pad}`)}\n${"  ".repeat(level)}${close}`;
  };
  switch (is) {
    case "number":
      return of;
    case "list":
      return around("[", of.map((part) => writeJson(part, level + 1)), "]", of.every(isPlain));
    case "object": {
      const fields = [...of].map(([name, part]) => `${JSON.stringify(name)}: ${writeJson(part, level + 1)}`);
      return around("{", fields, "}", level > 0 && [...of.values()].every(isPlain) && fields.length <= 4);
    }
    default:
      return JSON.stringify(of);
  }
}
