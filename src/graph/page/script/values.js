// Values, time and truth, as the language defines them (src/value, src/ops). Numbers are exact: every one is a BigInt at a
// scale of its own, and so are instants (microseconds since 1970) and dates (days since 1970).

// Truth is the set of what it may be, as far as this page can say: Kleene's three, or several of them where the page cannot
// tell. What is in no doubt has one bit.
const YES = 1;
const NO = 2;
const UNKNOWN = 4;
const ANY = YES | NO | UNKNOWN;

const KLEENE_AND = (a, b) => (a === NO || b === NO ? NO : a === UNKNOWN || b === UNKNOWN ? UNKNOWN : YES);
const negateOne = (a) => (a === YES ? NO : a === NO ? YES : UNKNOWN);

/** The set of what comes of two sets of truths. */
function both(a, b, of) {
  let all = 0;
  for (const x of [YES, NO, UNKNOWN]) {
    for (const y of [YES, NO, UNKNOWN]) {
      if (a & x && b & y) all |= of(x, y);
    }
  }
  return all;
}
const and = (a, b) => both(a, b, KLEENE_AND);
const negate = (a) => both(a, YES, negateOne);
const or = (a, b) => negate(and(negate(a), negate(b)));
const truth = (holds) => (holds ? YES : NO);
const isSure = (set) => set === YES || set === NO || set === UNKNOWN;

// A datum is `{ value }`, `{ missing: reason }`, or this: it has a value or none, but the page cannot say which.
const UNSAID = Object.freeze({ unsaid: true });
const missing = (reason) => ({ missing: reason });
const known = (kind, of) => ({ value: { kind, of } });
const NEVER = Object.freeze({ value: Object.freeze({ kind: "Never" }) });
const COMPUTED = missing("Computed");

/** The one key of an object that stands for a variant, and what it holds: `{ "Number": 5 }`, or a bare name. */
function variant(of) {
  if (typeof of === "string") return [of, null];
  const name = Object.keys(of)[0];
  return [name, of[name]];
}

/** A value as the model writes it down. */
function valueOf(written) {
  const [kind, of] = variant(written);
  switch (kind) {
    case "Number":
    case "Time":
    case "Date":
      return { kind, of: BigInt(of) };
    case "Set":
      return { kind, of: new Set(of) };
    default:
      return { kind, of };
  }
}

/** A datum of a frame as the model writes it down. */
function datumOf(written) {
  if (written === null) return UNSAID;
  const [kind, of] = variant(written);
  return kind === "Known" ? { value: valueOf(of) } : missing(of);
}

// -- comparing ------------------------------------------------------------------------------------------------------

/** Below nought, nought or above, or `null` where two values have no order. Never lies before all time, above all numbers. */
function order(a, b) {
  const sign = (x, y) => (x < y ? -1 : x > y ? 1 : 0);
  const isTime = (of) => of.kind === "Time" || of.kind === "Date";
  if (a.kind === "Never" && b.kind === "Never") return 0;
  if (a.kind === "Never") return b.kind === "Number" ? 1 : isTime(b) ? -1 : null;
  if (b.kind === "Never") return a.kind === "Number" ? -1 : isTime(a) ? 1 : null;
  if (a.kind !== b.kind) return null;
  return a.kind === "Number" || a.kind === "Member" || isTime(a) ? sign(a.of, b.of) : null;
}

/** Whether two values are the same; never equals nothing. */
function same(a, b) {
  return a.kind !== "Never" && a.kind === b.kind && a.kind !== "Set" && a.of === b.of;
}

const COMPARISONS = {
  AtLeast: (order) => order >= 0,
  AtMost: (order) => order <= 0,
  MoreThan: (order) => order > 0,
  LessThan: (order) => order < 0,
};

function compare(comparison, left, right) {
  if (left.unsaid || right.unsaid) return ANY;
  if (!left.value || !right.value) return UNKNOWN;
  const found = order(left.value, right.value);
  return found === null ? UNKNOWN : truth(COMPARISONS[comparison](found));
}

// -- numbers --------------------------------------------------------------------------------------------------------

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;
const SCORE = { scale: 6, min: -1_000_000_000_000_000n, max: 1_000_000_000_000_000n };
const abs = (of) => (of < 0n ? -of : of);
const pow10 = (places) => 10n ** BigInt(places);

/** Rounded half to even. */
function divideHalfEven(numerator, denominator) {
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [abs(numerator), abs(denominator)];
  let quotient = n / d;
  const twice = (n % d) * 2n;
  if (twice > d || (twice === d && quotient % 2n === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

function rescaled(mantissa, from, to) {
  if (from <= to) return mantissa * pow10(to - from);
  return divideHalfEven(mantissa, pow10(from - to));
}

const narrow = (exact) => (LEAST <= exact && exact <= MOST ? known("Number", exact) : COMPUTED);
const mantissa = (datum) => (datum.value && datum.value.kind === "Number" ? datum.value.of : null);

function rescale(datum, from, to) {
  const of = mantissa(datum);
  return of === null ? datum : narrow(rescaled(of, from, to));
}

function arithmetic(op, left, right, scale) {
  if (left.datum.unsaid || right.datum.unsaid) return UNSAID;
  const [a, b] = [mantissa(left.datum), mantissa(right.datum)];
  if (a === null || b === null) return COMPUTED;
  switch (op) {
    case "Add":
      return narrow(rescaled(a, left.scale, scale) + rescaled(b, right.scale, scale));
    case "Subtract":
      return narrow(rescaled(a, left.scale, scale) - rescaled(b, right.scale, scale));
    case "Multiply":
      return narrow(rescaled(a * b, left.scale + right.scale, scale));
    default: {
      if (b === 0n) return COMPUTED;
      const more = scale + right.scale - left.scale;
      return narrow(more >= 0 ? divideHalfEven(a * pow10(more), b) : divideHalfEven(a, b * pow10(-more)));
    }
  }
}

// -- time -----------------------------------------------------------------------------------------------------------

const DAY = 86_400_000_000n;
const LENGTHS = { Second: 1_000_000n, Minute: 60_000_000n, Hour: 3_600_000_000n, Day: DAY, Week: 7n * DAY };
const FIRST_INSTANT = -62_135_596_800_000_000n;
const LAST_INSTANT = 253_402_200_000_000_000n;
const FIRST_DAY = -719_162n;
const LAST_DAY = 2_932_895n;

const floorDivide = (a, b) => (a >= 0n ? a / b : -((-a + b - 1n) / b));
const clamped = (of, least, most) => (of < least ? least : of > most ? most : of);

/** Year, month and day of a count of days since 1970-01-01. */
function civil(days) {
  const z = days + 719_468n;
  const era = floorDivide(z, 146_097n);
  const ofEra = z - era * 146_097n;
  const year = (ofEra - ofEra / 1_460n + ofEra / 36_524n - ofEra / 146_096n) / 365n;
  const ofYear = ofEra - (365n * year + year / 4n - year / 100n);
  const shifted = (5n * ofYear + 2n) / 153n;
  const day = ofYear - (153n * shifted + 2n) / 5n + 1n;
  const month = shifted < 10n ? shifted + 3n : shifted - 9n;
  return [year + era * 400n + (month <= 2n ? 1n : 0n), month, day];
}

/** The count of days of a year, month and day. */
function daysOf(year, month, day) {
  const y = month <= 2n ? year - 1n : year;
  const era = floorDivide(y, 400n);
  const ofEra = y - era * 400n;
  const ofYear = (153n * (month > 2n ? month - 3n : month + 9n) + 2n) / 5n + day - 1n;
  return era * 146_097n + ofEra * 365n + ofEra / 4n - ofEra / 100n + ofYear - 719_468n;
}

function lengthOfMonth(year, month) {
  const next = month === 12n ? daysOf(year + 1n, 1n, 1n) : daysOf(year, month + 1n, 1n);
  return next - daysOf(year, month, 1n);
}

/**
 * An instant so much later, or earlier where `sign` is -1n: a day is 24 hours. A month that lacks the day comes to the same
 * time of its last day; with `whole`, so that a whole period lies between: back to its last instant, on to the first of the
 * next.
 */
function movedBy(at, period, sign, whole) {
  const count = BigInt(period.count) * sign;
  if (period.unit !== "Month") return clamped(at + count * LENGTHS[period.unit], FIRST_INSTANT, LAST_INSTANT);
  const days = floorDivide(at, DAY);
  const [year, month, day] = civil(days);
  const months = year * 12n + (month - 1n) + count;
  const [toYear, toMonth] = [floorDivide(months, 12n), months - floorDivide(months, 12n) * 12n + 1n];
  const last = lengthOfMonth(toYear, toMonth);
  if (whole && last < day) {
    const next = (daysOf(toYear, toMonth, last) + 1n) * DAY;
    return clamped(sign < 0n ? next - 1n : next, FIRST_INSTANT, LAST_INSTANT);
  }
  const moved = daysOf(toYear, toMonth, day < last ? day : last) * DAY + (at - days * DAY);
  return clamped(moved, FIRST_INSTANT, LAST_INSTANT);
}
const plus = (at, period) => movedBy(at, period, 1n, false);
const minus = (at, period) => movedBy(at, period, -1n, true);

function dayMovedBy(day, period, sign) {
  return clamped(floorDivide(movedBy(day * DAY, period, sign, true), DAY), FIRST_DAY, LAST_DAY);
}

/** `t is more than 60 days old` and its like, of a time or a date. */
function age(datum, direction, comparison, period, now, today) {
  if (datum.unsaid) return ANY;
  if (!datum.value) return UNKNOWN;
  const { kind, of } = datum.value;
  const old = direction === "Old";
  if (kind === "Never") return truth(old && (comparison === "AtLeast" || comparison === "MoreThan"));
  if (kind !== "Time" && kind !== "Date") return UNKNOWN;
  const here = kind === "Time" ? now : today;
  const edge = kind === "Time" ? movedBy(here, period, old ? -1n : 1n, true) : dayMovedBy(here, period, old ? -1n : 1n);
  const far = { AtLeast: old ? of <= edge : edge <= of, MoreThan: old ? of < edge : edge < of };
  const isThisSide = old ? of <= here : here <= of;
  switch (comparison) {
    case "AtLeast":
    case "MoreThan":
      return truth(far[comparison]);
    case "AtMost":
      return truth(isThisSide && (old ? edge <= of : of <= edge));
    default:
      return truth(isThisSide && (old ? edge < of : of < edge));
  }
}

// -- decay ----------------------------------------------------------------------------------------------------------

// The 2^i-th root of one half in units of 2^-64, for i from 1: the published integer algorithm (src/frame/decay.rs).
const ROOTS = (() => {
  const roots = [];
  let square = 1n << 127n;
  for (let at = 0; at < 64; at += 1) {
    roots.push(squareRoot(square));
    square = roots[at] << 64n;
  }
  return roots;
})();

function squareRoot(of) {
  let [low, high] = [0n, 1n << 64n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= of) low = middle;
    else high = middle;
  }
  return low;
}

/** What is left of increments `{ points, at, halfLife }` at six places, rounded once; `null` beyond the range of a score. */
function decayed(increments, now, horizon) {
  const widest = 1n << 128n;
  let [added, taken] = [0n, 0n];
  for (const { points, at, halfLife } of increments) {
    if (at > horizon) continue;
    const unit = halfLife.unit === "Month" ? 30n * DAY : LENGTHS[halfLife.unit];
    const length = unit * BigInt(halfLife.count) || 1n;
    const since = now > at ? now - at : 0n;
    const fraction = ((since % length) << 64n) / length;
    let power = 1n << 64n;
    ROOTS.forEach((root, digit) => {
      if ((fraction >> BigInt(63 - digit)) & 1n) power = (power * root) >> 64n;
    });
    const halvings = since / length;
    const full = abs(points) * power;
    if (full >= widest) return null;
    const part = halvings >= 128n ? 0n : full >> halvings;
    if (points < 0n) taken += part;
    else added += part;
    if (added >= widest || taken >= widest) return null;
  }
  const units = abs(added - taken);
  const [whole, rest, half] = [units >> 64n, units & ((1n << 64n) - 1n), 1n << 63n];
  const rounded = rest > half || (rest === half && whole & 1n) ? whole + 1n : whole;
  const sum = added < taken ? -rounded : rounded;
  return SCORE.min <= sum && sum <= SCORE.max ? sum : null;
}

// -- clocks ---------------------------------------------------------------------------------------------------------

/** The offset of a zone in seconds at an instant, by the tables that the page carries; `null` where they do not reach. */
function offsetAt(zones, name, at) {
  const table = zones[name];
  if (!table) return null;
  const seconds = floorDivide(at, 1_000_000n);
  if (seconds < BigInt(table.from) || seconds >= BigInt(table.until)) return null;
  let offset = table.offset;
  for (const [since, to] of table.turns) {
    if (BigInt(since) > seconds) break;
    offset = to;
  }
  return offset;
}

/** The day and the microseconds of it that a clock shows; `null` where the page has no table. */
function clockAt(zones, name, at) {
  const offset = offsetAt(zones, name, at);
  if (offset === null) return null;
  const shown = at + BigInt(offset) * 1_000_000n;
  const day = floorDivide(shown, DAY);
  return { day, micros: shown - day * DAY, weekday: Number((((day + 3n) % 7n) + 7n) % 7n) };
}
