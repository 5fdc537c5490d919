// Facts to frame (src/frame/gather.rs and beside it): consent is read, what it closes is masked, clocks are read, scores fade.
//
// What happened is not counted here. Where a customer tells no history, nothing has happened; where one does, how far each
// cap is used and what events add up to cannot be said, unless the reader of the page says it (`told`).

/**
 * The frame of facts. `told` is what the reader set by hand, each by its place in the model: `caps` (a number), `windows`
 * ("open" or "closed"), `values` (a text: what events add up to).
 */
function gather(data, facts, now, told) {
  const { rules } = data;
  const horizon = plus(now, rules.defaults.skew);
  if (facts.heldSince.some((at) => at > horizon)) throw new Unreadable("something is held since a time that is still to come");
  const consent = consents(rules, facts, now, horizon);
  const isOpen = (purpose) => consent[purpose] === "Granted";
  const key = rules.attributes.findIndex((attribute) => attribute.key);
  const toldOf = (id) => (facts.isHeld && rules.attributes[id].scope === "Moment" ? ABSENT : facts.attributes[id]);
  const read = (id) => readFact(rules.attributes[id], toldOf(id), now, horizon);
  const hasKey = key >= 0 && isText(read(key));
  const isAnonymous = key >= 0 && !hasKey;
  const attributes = rules.attributes.map((attribute, id) => {
    if (!attribute.needs.every(isOpen)) return missing("NoConsent");
    return attribute.scope === "Customer" && isAnonymous ? ABSENT : read(id);
  });
  const clock = clockAt(data.zones, rules.defaults.zone, now);
  if (clock === null) throw new Unreadable("`now` lies outside the years whose clocks this page knows");
  const frame = {
    now,
    today: clock.day,
    attributes,
    consent,
    permissions: facts.permissions,
    last_used: facts.hasHistory ? null : [],
    taken: rules.offers.map(() => false),
    held: facts.isHeld ? [true] : [],
  };
  frame.gathered = gathered(data, facts, frame, { isOpen, hasKey, horizon, told });
  frame.caps = rules.caps.map((cap, at) => (told.caps[at] === undefined ? capState(data, facts, frame, cap, hasKey) : { Used: told.caps[at] }));
  frame.windows = rules.windows.map((window, at) => windowState(data, frame, window, told.windows[at]));
  return frame;
}

const isText = (datum) => Boolean(datum.value) && datum.value.kind === "Text" && datum.value.of !== "";

/** An attribute as it reads, its default counted. */
function withDefault(rules, frame, id) {
  const datum = frame.attributes[id];
  const fallback = rules.attributes[id].default;
  return datum.missing && isFilled(datum.missing) && fallback !== null ? { value: valueOf(fallback) } : datum;
}

/** How each purpose reads (src/frame/consent.rs). */
function consents(rules, facts, now, horizon) {
  const { purposes } = rules;
  const isObjected = (purpose, at) => purpose.direct_marketing && facts.consent[at].status === "Objected";
  const objects = facts.objects || purposes.some(isObjected);
  return purposes.map((purpose, at) => {
    const record = facts.consent[at];
    if ((purpose.direct_marketing && objects) || record.status === "Objected") return "Objected";
    if (variant(purpose.basis)[0] === "LegitimateInterest") return "Granted";
    if (record.status !== "Granted") return record.status;
    if (purpose.version !== null && (record.version === null || record.version < purpose.version)) return "Expired";
    const granted = record.grantedAt;
    if (purpose.valid !== null && (granted === null || plus(granted, purpose.valid) <= now)) return "Expired";
    if (granted !== null && granted > horizon) return "Pending";
    return purpose.confirmed && !record.confirmed ? "Pending" : "Granted";
  });
}

/** One attribute as it reads where nothing masks it. */
function readFact(attribute, fact, now, horizon) {
  if (fact.missing || fact.unsaid) return fact;
  const [type, halfLife] = variant(attribute.ty);
  let { value, stamp } = fact;
  if (type === "Score") {
    if (value && stamp === null) return missing("Unstamped");
    const increments = fact.increments ?? [{ points: value.of, at: stamp, halfLife }];
    const counted = increments.map(({ at }) => at).filter((at) => at <= horizon);
    if (fact.increments) stamp = counted.length > 0 ? counted.reduce((a, b) => (a > b ? a : b)) : null;
    const sum = decayed(increments, now, horizon);
    if (sum === null) return UNREADABLE;
    value = { kind: "Number", of: sum };
  }
  if (stamp !== null && stamp > horizon) return missing("FromTheFuture");
  const { fresh } = attribute;
  if (fresh !== null && stamp === null) return missing("Unstamped");
  const isStale = fresh !== null && stamp < minus(now, fresh);
  return isStale ? missing("Stale") : { value };
}

/** What events add up to, and what is left of numbers. */
function gathered(data, facts, frame, { isOpen, hasKey, horizon, told }) {
  const found = [];
  data.rules.gathered.forEach((written, at) => {
    const about = data.gathered[at];
    const [kind, of] = variant(written);
    const isOfEvents = kind !== "Halved";
    found.push(
      !about.needs.every(isOpen) ? missing("NoConsent")
      : isOfEvents && !hasKey ? ABSENT
      : told.values[at] !== undefined ? toldValue(data, about, told.values[at])
      : !isOfEvents ? halved(data, frame, of, found, horizon)
      : facts.hasHistory ? UNSAID
      : kind === "Last" ? NEVER
      : known("Number", 0n),
    );
  });
  return found;
}

/** What the reader says events add up to. */
function toldValue(data, about, text) {
  const [type, number] = variant(about.type);
  if (type === "Time") {
    const at = instantOf(text, data);
    return text === "never" ? NEVER : at === null ? UNSAID : known("Time", at);
  }
  const of = mantissaAt(text, number.scale);
  return of === null ? UNSAID : known("Number", of);
}

/** `x halving every D since t`. */
function halved(data, frame, { of, half_life: halfLife, since }, before, horizon) {
  const { rules } = data;
  const read = (operand) => {
    const [kind, what] = variant(operand);
    if (kind === "Attribute") return frame.attributes[what];
    if (kind === "Gathered") return before[what];
    return kind === "Number" ? known("Number", BigInt(what[0])) : known("Time", BigInt(what));
  };
  const [number, time] = [read(of), read(since)];
  if (number.unsaid || time.unsaid) return UNSAID;
  if (number.missing) return number;
  if (time.missing) return time;
  if (number.value.kind !== "Number" || time.value.kind !== "Time") return COMPUTED;
  if (time.value.of > horizon) return missing("FromTheFuture");
  const [kind, what] = variant(of);
  const places = (type) => (variant(type)[0] === "Score" ? SCORE.scale : variant(type)[1].scale);
  const scale = kind === "Number" ? what[1] : places(kind === "Attribute" ? rules.attributes[what].ty : data.gathered[what].type);
  const points = rescaled(number.value.of, scale, SCORE.scale);
  if (points < LEAST || points > MOST) return COMPUTED;
  const left = decayed([{ points, at: time.value.of, halfLife }], frame.now, horizon);
  return left === null ? COMPUTED : known("Number", left);
}

/** How far a cap is used; `null` where nobody told. */
function capState(data, facts, frame, cap, hasKey) {
  const [unit, id] = variant(cap.unit);
  const whose = unit === "Attribute" ? withDefault(data.rules, frame, id) : null;
  if (whose && whose.unsaid) return null;
  const isKnown = unit === "Everybody" || (unit === "Customer" ? hasKey : isText(whose));
  if (!isKnown) return cap.alone ? { Used: 0 } : "UnknownUnit";
  // What is counted for everybody, or for a household, is more than one customer's own.
  if (facts.hasHistory) return null;
  const [kind] = variant(cap.window);
  if (kind === "Calendar" && cap.zone !== null && variant(cap.zone)[0] === "Attribute" && variant(cap.kind)[0] === "Cap") {
    const zone = withDefault(data.rules, frame, variant(cap.zone)[1]);
    if (zone.unsaid) return null;
    if (!isText(zone)) return "UnknownZone";
  }
  return { Used: 0 };
}

/** The clocks on which a window is read, or what was said of it; `null` where the page cannot read them. */
function windowState(data, frame, window, said) {
  if (said !== undefined) return said === "open" ? "Open" : "Closed";
  const zones = zonesOf(data, frame, window);
  if (zones === null) return null;
  if (zones.length === 0) return "UnknownZone";
  const clocks = zones.map((zone) => clockAt(data.zones, zone, frame.now));
  return clocks.includes(null) ? null : clocks;
}

/** The zones on whose clocks a window is read; none where one that counts is not known, `null` where nobody can say. */
function zonesOf(data, frame, window) {
  const read = (zone) => {
    const [kind, of] = variant(zone);
    if (kind === "Named") return of;
    const datum = withDefault(data.rules, frame, of);
    return datum.unsaid ? UNSAID : isText(datum) ? datum.value.of : null;
  };
  for (const zone of window.zones.first) {
    const name = read(zone);
    if (name === UNSAID) return null;
    if (name !== null) return [name];
  }
  const every = window.zones.every.map(read);
  if (every.includes(UNSAID)) return null;
  return every.includes(null) ? [] : every;
}

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const opensOn = (row, weekday) => row.days.includes(WEEKDAYS[(weekday + 7) % 7]);
const isOvernight = (row) => row.closes < row.opens;
const isWholeDay = (row) => row.opens === 0 && row.closes === 86_400;

/** Whether a row is open on a clock, of the hours of today or yesterday; `undefined` where it does not speak of that day. */
function saysRow(row, { weekday, micros }, of) {
  const hasOpened = BigInt(row.opens) * 1_000_000n <= micros;
  const hasClosed = BigInt(row.closes) * 1_000_000n <= micros;
  if (of === "today") return opensOn(row, weekday) ? hasOpened && (isOvernight(row) || !hasClosed) : undefined;
  return opensOn(row, weekday - 1) && !isWholeDay(row) ? isOvernight(row) && !hasClosed : undefined;
}

/** Whether a clock is in the hours of today or yesterday; `applies` says of each row whether it is about the customer. */
function inHours(rows, clock, of, applies) {
  const said = rows.map((row) => saysRow(row, clock, of));
  const speaking = said.flatMap((open, at) => (open === undefined ? [] : [at]));
  const hasHours = of === "today" ? speaking.length > 0 : some(speaking.map((at) => applies[at]));
  return every([hasHours, ...speaking.map((at) => (said[at] ? true : flip(applies[at])))]);
}
