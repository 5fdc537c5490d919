// One slot, one answer (src/eval/slot.rs): rules in their turns, what stands in for them, then the fallback list.

/** What a slot answers: `{ outcome, by, looked }`, or `{ unsaid, looked }`; `looked` is all that was asked, in that order. */
function decideSlot(decider, slot) {
  const run = { decider, slot, tried: new Set(), looked: [], stopped: null };
  const found = answerOf(run);
  return { ...found, looked: run.looked, stopped: run.stopped };
}

function answerOf(run) {
  const { decider, slot } = run;
  const of = decider.rules.slots[slot];
  if (of.off !== null) return { outcome: { nothing: true }, by: { slotOff: true } };
  for (const { id, isSure: isSureTurn } of decider.order(slot)) {
    if (!isSureTurn) {
      run.looked.push({ rule: id, ...unsaid("Order") });
      return { unsaid: "Order", by: { rule: id } };
    }
    const turn = walk(run, id);
    if (turn.answer) return turn.answer;
    if (turn.unsaid) return { unsaid: turn.unsaid, by: { rule: id } };
    if (turn.stops !== null) {
      run.stopped = { rule: id, cap: turn.stops };
      break;
    }
  }
  for (let at = 0; at < of.fallback.length; at += 1) {
    const found = fallback(decider, slot, of.fallback[at], at + 1 === of.fallback.length);
    run.looked.push({ fallback: at, ...found });
    if (found.outcome) return { outcome: found.outcome, by: { fallback: at } };
    if (found.unsaid) return { unsaid: found.unsaid, by: { fallback: at } };
  }
  return { outcome: { nothing: true }, by: { fallback: 0 } };
}

/** From a rule on through what stands in for it: `{ answer }`, `{ unsaid }`, or `{ stops }` with the cap that stops the slot. */
function walk(run, first) {
  const { decider, slot, looked, tried } = run;
  const { rules } = decider;
  let stops = null;
  const note = (found) => {
    const spent = spentCaps(found);
    if (stops === null) stops = spent.find((cap) => decider.then(cap, slot) === "Stop") ?? null;
  };
  let [id, via, standsFor] = [first, null, null];
  for (;;) {
    const place = { rule: id, via, standsFor };
    if (tried.has(id)) {
      looked.push({ ...place, triedBefore: true });
      return { stops };
    }
    tried.add(id);
    const rule = rules.rules[id];
    const found = decider.rule(id);
    looked.push({ ...place, ...asTold(decider, id, found) });
    if (found.outcome) return { answer: { outcome: found.outcome, by: { rule: id } } };
    if (found.unsaid) return { unsaid: found.unsaid };
    note(found);
    const stand = standIn(decider, id, found);
    if (stand.unsaid) return stand;
    if (stand.none) return { stops };
    const [kind, of] = variant(stand.substitute);
    if (kind === "Try") {
      [standsFor, via, id] = [id, stand.via, of];
      continue;
    }
    const by = { substitute: id, via: stand.via };
    if (kind === "Nothing") {
      looked.push({ offer: null, via: stand.via, standsFor: id, outcome: { nothing: true } });
      return { answer: { outcome: { nothing: true }, by } };
    }
    const shown = offerAlone(decider, slot, decider.channelsOf(rule), of);
    looked.push({ offer: of, via: stand.via, standsFor: id, ...shown });
    if (shown.outcome) return { answer: { outcome: shown.outcome, by } };
    if (shown.unsaid) return { unsaid: shown.unsaid };
    note(shown);
    return { stops };
  }
}

/** A step as it may be told: of the spared a yes reads like what is not known (R18). */
function asTold(decider, id, found) {
  if (found.step !== "NotApplicable") return found;
  const { spares } = decider.data.bound[id];
  const isAgainst = decider.clauses(id).some(({ passes }, at) => passes === NO && !spares[at]);
  return isAgainst ? found : { ...found, step: "NotKnown" };
}

function spentCaps(found) {
  if (found.step === "Capped") return found.by;
  if (found.step !== "NoChannel") return [];
  return found.ways.filter((way) => way.step === "Capped").flatMap((way) => way.by);
}

/** What stands in for a rule that dropped out there: `{ via, substitute }`, `{ none }` or `{ unsaid }`. */
function standIn(decider, id, found) {
  const rule = decider.rules.rules[id];
  const none = { none: true };
  const named = (via, substitute) => (substitute === null ? none : { via, substitute });
  const maybe = (is, via, substitute) => {
    if (substitute === null || is() === false) return none;
    return is() === undefined ? unsaid("Audience") : { via, substitute };
  };
  // The customer might belong, and nothing speaks against it: a `when` is not no, and every `unless` is.
  const belongs = () =>
    every(decider.clauses(id).map(({ passes, isUnless }) => {
      const against = isUnless ? NO | UNKNOWN : NO;
      return passes & against ? (passes & ~against ? undefined : false) : true;
    }));
  const ways = found.ways ?? [];
  switch (found.step) {
    case "Capped":
      return named("if capped", rule.if_capped);
    case "NoConsent":
      return maybe(belongs, "if no consent", rule.if_no_consent);
    case "NoChannel":
      if (ways.some((way) => way.step === "Capped")) return named("if capped", rule.if_capped);
      if (ways.some((way) => way.step === "Consent")) return maybe(belongs, "if no consent", rule.if_no_consent);
      return none;
    case "NotKnown": {
      const open = () => decider.clauses(id).filter(({ passes }) => passes === UNKNOWN);
      const awaits = () => every([belongs(), ...open().map(({ clause }) => decider.read.isAwaited(clause.condition))]);
      return maybe(awaits, "if unknown", rule.if_unknown);
    }
    default:
      return none;
  }
}

/** An offer that stands in: its switch and dates, its blocks, the other slots, its caps, its windows, its channels. */
function offerAlone(decider, slot, channels, id) {
  const stopped = offerStopped(decider, id);
  return stopped === PASS ? standsAlone(decider, slot, channels, id) : stopped;
}

function offerStopped(decider, id) {
  const offer = decider.rules.offers[id];
  const switched = decider.offerSwitches(id);
  return switched === PASS ? decider.blocks(offer.blocks, offer.class) : switched;
}

function standsAlone(decider, slot, channels, id) {
  const offer = decider.rules.offers[id];
  const steps = [
    () => decider.taken(id),
    () => decider.caps(offer.caps, offer.class, slot),
    () => decider.waits(offer.windows, offer.caps, offer.class, null),
  ];
  for (const step of steps) {
    const found = step();
    if (found !== PASS) return found;
  }
  return decider.brings(slot, channels, id, null);
}

/** An entry of the fallback list; the last always answers. */
function fallback(decider, slot, entry, isLast) {
  const { channels } = decider.rules.slots[slot];
  const nothing = { outcome: { nothing: true } };
  if (isLast) {
    if (entry.offer === null) return nothing;
    if (!decider.sends(slot)) return { outcome: { shows: entry.offer } };
    const way = decider.way(slot, channels, entry.offer, null);
    return way.outcome || way.unsaid ? way : nothing;
  }
  if (entry.offer !== null) {
    const stopped = offerStopped(decider, entry.offer);
    if (stopped !== PASS) return stopped;
  }
  const refused = entry.when === null ? PASS : decider.refusal(decider.read.condition(entry.when));
  if (refused !== PASS) return refused;
  return entry.offer === null ? nothing : standsAlone(decider, slot, channels, entry.offer);
}
