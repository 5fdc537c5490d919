// Who sees what, for one frame (src/eval/candidate.rs, slot.rs, channels.rs): the same steps in the same order. What the page
// cannot work out is never guessed: a step then says `unsaid`, and so does the slot, unless it was decided before.
//
// A frame is that of src/frame as it is written down, in which a cap or a value may be `null`: nobody told the page.

/** A frame as it is written down, its values read. */
function frameOf(written) {
  return {
    ...written,
    now: BigInt(written.now),
    today: BigInt(written.today),
    attributes: written.attributes.map(datumOf),
    gathered: written.gathered.map(datumOf),
    windows: written.windows.map((state) => {
      if (state === null || state === "UnknownZone") return state;
      return state.Clocks.map(({ weekday, micros }) => ({ weekday: WEEKDAYS.indexOf(weekday), micros: BigInt(micros) }));
    }),
  };
}

const PASS = Object.freeze({ passes: true });
const dropped = (step, by = []) => ({ step, by });
const unsaid = (step, by = []) => ({ unsaid: step, by });

/** Decides the slots of one rule set over one frame. */
class Decider {
  constructor(data, frame) {
    this.data = data;
    this.rules = data.rules;
    this.frame = frame;
    this.read = new Reader(data, frame);
  }

  // -- one candidate -----------------------------------------------------------------------------------------------------

  /** What comes of a rule in its turn: `{ outcome }`, `{ step, by }` where it drops out, `{ unsaid, by }`. */
  rule(id) {
    const rule = this.rules.rules[id];
    const bound = this.data.bound[id];
    const steps = [
      () => this.switches(id),
      () => this.blocks(bound.blocks, rule.class),
      () => this.consent(rule.needs, "NoConsent"),
      () => this.refusal(this.audience(id)),
      () => this.taken(rule.show),
      () => this.caps(bound.caps, rule.class, rule.slot),
      () => this.waits(bound.windows, bound.caps, rule.class, rule.expires),
      () => this.unscored(id),
    ];
    for (const step of steps) {
      const found = step();
      if (found !== PASS) return found;
    }
    return this.brings(rule.slot, this.channelsOf(rule), rule.show, id);
  }

  switches(id) {
    const rule = this.rules.rules[id];
    if (rule.off !== null) return dropped("RuleOff");
    if (!this.isActive(rule.active)) return dropped("RuleNotActive");
    const last = this.data.bound[id].lastDay;
    if (last !== null && BigInt(last) < this.frame.today) return dropped("ReviewOverdue");
    return this.offerSwitches(rule.show);
  }

  offerSwitches(id) {
    const offer = this.rules.offers[id];
    if (offer.off !== null) return dropped("OfferOff");
    return this.isActive(offer.active) ? PASS : dropped("OfferNotActive");
  }

  isActive(active) {
    if (active === null) return true;
    const { from, until } = active;
    return (from === null || BigInt(from) <= this.frame.now) && (until === null || this.frame.now < BigInt(until));
  }

  blocks(blocks, of) {
    const sets = blocks.map((id) => {
      const [kind, cause] = variant(this.rules.blocks[id].cause);
      return kind === "After" ? this.stops(cause, of) : this.isNotNo(this.read.condition(cause.condition));
    });
    return this.any(blocks, sets, "Blocked");
  }

  /** Whether a restriction holds: anything but a no does; `undefined` where that cannot be said. */
  isNotNo(set) {
    return set === NO ? false : set & NO ? undefined : true;
  }

  /** Drops out where one of these is so. */
  any(ids, are, step) {
    const sure = ids.filter((_, at) => are[at] === true);
    if (sure.length > 0) return dropped(step, sure);
    const unsure = ids.filter((_, at) => are[at] === undefined);
    return unsure.length > 0 ? unsaid(step, unsure) : PASS;
  }

  consent(needs, step) {
    const closed = needs.filter((purpose) => this.frame.consent[purpose] !== "Granted");
    return closed.length > 0 ? dropped(step, closed) : PASS;
  }

  /** Every clause of a rule with whether it lets the customer through, as a set: `when` before `unless`. */
  clauses(id) {
    const rule = this.rules.rules[id];
    const holds = (clause) => this.read.condition(clause.condition);
    const when = rule.when.map((clause) => ({ clause, isUnless: false, passes: holds(clause) }));
    return when.concat(rule.unless.map((clause) => ({ clause, isUnless: true, passes: negate(holds(clause)) })));
  }

  audience(id) {
    return this.clauses(id).map((clause) => clause.passes).reduce(and, YES);
  }

  refusal(audience) {
    if (!isSure(audience)) return unsaid("Audience");
    return audience === YES ? PASS : dropped(audience === NO ? "NotApplicable" : "NotKnown");
  }

  taken(offer) {
    return this.frame.taken[offer] ? dropped("Taken") : PASS;
  }

  // -- caps --------------------------------------------------------------------------------------------------------------

  /** Whether a cap stops what is of this class; `undefined` where nobody told how far it is used. */
  stops(id, of) {
    const state = this.frame.caps[id];
    if (state === null) return undefined;
    const [kind, used] = variant(state);
    if (kind === "Used") {
      const limit = this.limit(id);
      return limit.unsaid ? undefined : limit.missing ? true : BigInt(used) >= limit.value;
    }
    if (kind !== "NoStore") return true;
    const { store_down_blocks: own } = this.rules.caps[id];
    return own === null ? this.obedience(of).blocks_without_store : own;
  }

  /** The number of a cap: as written, or as its attribute reads with its default. */
  limit(id) {
    const cap = this.rules.caps[id];
    if (cap.number === null) return { value: BigInt(cap.at_most) };
    const datum = this.read.attribute(cap.number, true);
    if (datum.unsaid) return datum;
    const isCount = datum.value && datum.value.kind === "Number" && datum.value.of >= 0n && datum.value.of < 2n ** 32n;
    return isCount ? { value: datum.value.of } : { missing: true };
  }

  caps(caps, of, slot) {
    const are = caps.map((id) => this.stops(id, of));
    const spent = caps.filter((_, at) => are[at] === true);
    const unsure = caps.filter((_, at) => are[at] === undefined);
    const final = spent.some((id) => !this.isWaitedFor(id));
    // A cap that may stop the whole slot must be known before anything follows.
    if (final && !unsure.some((id) => this.then(id, slot) === "Stop")) return dropped("Capped", spent);
    if (final || unsure.length > 0) return unsaid("Capped", unsure);
    return PASS;
  }

  /** Whether a candidate may wait until a spent cap lets it pass. */
  isWaitedFor(id) {
    const [kind] = variant(this.frame.caps[id]);
    const { missing: none } = this.limit(id);
    return this.holds(id) && (kind === "Used" || kind === "Until") && !none;
  }

  holds(id) {
    const { then } = this.rules.caps[id];
    return then !== null && variant(then)[0] === "Hold";
  }

  /** What follows in a slot where a cap stops a candidate. */
  then(id, slot) {
    const cap = this.rules.caps[id];
    if (cap.then !== null) return variant(cap.then)[0];
    const isOfChannels = cap.rule === null && variant(cap.target)[0] === "Channels";
    return this.sends(slot) && !isOfChannels ? "Stop" : "Next";
  }

  // -- windows -----------------------------------------------------------------------------------------------------------

  /** Whether a window is open; `undefined` where that cannot be said. */
  isOpen(id) {
    const state = this.frame.windows[id];
    if (state === null) return undefined;
    if (typeof state === "string") return state === "Open";
    const { rows } = this.rules.windows[id];
    const applies = rows.map((row) => {
      if (row.when === null) return true;
      const holds = this.read.condition(row.when.condition);
      return holds === NO ? false : holds & NO ? undefined : true;
    });
    return every(state.map((clock) => some(["today", "yesterday"].map((of) => inHours(rows, clock, of, applies)))));
  }

  /** How a candidate stands to time. Until when something waits, and whether that is too long, the page does not say. */
  waits(windows, caps, of, expires) {
    if (expires !== null) {
      const over = this.read.condition(expires.condition);
      if (!isSure(over)) return unsaid("Expired");
      if (over !== NO) return dropped(over === YES ? "Expired" : "ExpiryNotKnown");
    }
    const open = windows.map((id) => this.isOpen(id));
    const spent = caps.filter((id) => this.holds(id) && this.stops(id, of) !== false);
    if (open.every((is) => is === true) && spent.length === 0 && this.frame.held.length === 0) return PASS;
    const isFinal = (id) => this.frame.windows[id] === "UnknownZone" || this.rules.windows[id].outside === "Drop";
    const dropping = windows.filter((id, at) => open[at] === false && isFinal(id));
    const isHeld = this.frame.held.length > 0;
    if (dropping.length > 0 && !isHeld) return dropped("Outside", dropping);
    return unsaid("Waits", windows.filter((_, at) => open[at] !== true));
  }

  // -- scores ------------------------------------------------------------------------------------------------------------

  /** The score of a rule that ranks; `null` where it has none, `undefined` where that cannot be said. */
  score(id) {
    const { by } = this.rules.rules[id].rank;
    const datum = this.read.datum(by);
    if (datum.unsaid) return undefined;
    return mantissa(rescale(datum, this.read.scale(by), SCORE.scale));
  }

  unscored(id) {
    if (this.rules.rules[id].rank === null) return PASS;
    const score = this.score(id);
    return score === undefined ? unsaid("NoScore") : score === null ? dropped("NoScore") : PASS;
  }

  /** The rules of a slot in their turns, each with whether that turn is sure. */
  order(slot) {
    const turns = [];
    let isSureSoFar = true;
    for (const tier of this.data.tiers[slot]) {
      const scored = tier.map((id) => [tier.length > 1 ? this.score(id) : null, id]);
      if (scored.some(([score]) => score === undefined)) isSureSoFar = false;
      const rank = ([a], [b]) => (a === b ? 0 : a === null ? 1 : b === null ? -1 : a > b ? -1 : 1);
      if (isSureSoFar) scored.sort(rank);
      turns.push(...scored.map(([, id]) => ({ id, isSure: isSureSoFar })));
    }
    return turns;
  }

  // -- messages ----------------------------------------------------------------------------------------------------------

  sends(slot) {
    return this.rules.slots[slot].channels.length > 0;
  }

  channelsOf(rule) {
    return rule.channels.length > 0 ? rule.channels : this.rules.slots[rule.slot].channels;
  }

  obedience(of) {
    return this.rules.classes.rows[CLASSES.indexOf(of)];
  }

  obeys(of, guardrail) {
    return this.obedience(of).obeys.includes(guardrail);
  }

  /** What a slot does with what was chosen for it. */
  brings(slot, channels, offer, rule) {
    if (!this.sends(slot)) return { outcome: { shows: offer } };
    const found = this.way(slot, channels, offer, rule);
    if (!found.outcome) return found;
    const of = this.rules.offers[offer].class;
    const windows = this.channelWindows(found.outcome.by, of).filter((id) => !this.isOfWay(id));
    if (windows.length === 0) return found;
    const bound = rule === null ? this.rules.offers[offer] : this.data.bound[rule];
    const expires = rule === null ? null : this.rules.rules[rule].expires;
    const waits = this.waits([...new Set([...bound.windows, ...windows])].sort((a, b) => a - b), bound.caps, of, expires);
    return waits === PASS ? found : waits;
  }

  channelWindows(channel, of) {
    return this.obeys(of, "Windows") ? this.rules.channels[channel].windows : [];
  }

  isOfWay(window) {
    return this.rules.windows[window].outside === "NextChannel";
  }

  /** The first channel that carries the offer, in the order of the rotation. */
  way(slot, channels, offer, rule) {
    const passedOver = [];
    // By which channel something went last, a history would say, and the page counts none.
    if (this.frame.last_used === null && this.rules.slots[slot].rotate !== null) return unsaid("Channel", channels);
    for (const channel of this.ring(slot, channels)) {
      const step = this.channel(channel, offer, rule);
      if (step.unsaid) return unsaid("Channel", [channel]);
      if (step === PASS) {
        const { silent } = this.rules.channels[channel];
        const isSilent = silent === null ? false : this.isNotNo(this.read.condition(silent.condition));
        return { outcome: { sends: offer, by: channel, silent: isSilent }, passedOver };
      }
      passedOver.push({ channel, ...step });
      if (step.step === "Capped" && step.by.some((cap) => this.then(cap, slot) === "Stop")) break;
    }
    return { ...dropped("NoChannel", passedOver.map((way) => way.channel)), ways: passedOver };
  }

  ring(slot, channels) {
    const own = this.rules.slots[slot];
    const last = this.frame.last_used?.[slot] ?? null;
    const place = own.channels.indexOf(last);
    if (own.rotate === null || place < 0) return channels;
    const ring = [...own.channels.slice(place + 1), ...own.channels.slice(0, place + 1)];
    return ring.filter((channel) => channels.includes(channel));
  }

  channel(id, offer, rule) {
    const channel = this.rules.channels[id];
    const of = this.rules.offers[offer].class;
    for (const [clause, step] of [[channel.allowed, "Permission"], [channel.reached, "Reach"]]) {
      const holds = clause === null ? YES : this.read.condition(clause.condition);
      if (!(holds & YES)) return dropped(step);
      if (holds !== YES) return unsaid(step);
    }
    const closed = this.consent(this.obeys(of, "Consent") ? channel.needs : [], "Consent");
    if (closed !== PASS) return closed;
    const isExempt = (cap) => this.rules.caps[cap].exempt.some((target) => this.hasTarget(target, offer, rule));
    const caps = this.obeys(of, "Caps") ? channel.caps.filter((cap) => !isExempt(cap)) : [];
    const are = caps.map((cap) => this.stops(cap, of));
    if (are.includes(undefined)) return unsaid("Capped", caps);
    const capped = this.any(caps, are, "Capped");
    if (capped !== PASS) return capped;
    const windows = this.channelWindows(id, of).filter((window) => this.isOfWay(window));
    return this.any(windows, windows.map((window) => flip(this.isOpen(window))), "Outside");
  }

  hasTarget(target, offer, rule) {
    const [kind, ids] = variant(target);
    const of = this.rules.offers[offer];
    switch (kind) {
      case "Offers":
        return ids.includes(offer);
      case "Tags":
        return of.tags.some((tag) => ids.includes(tag));
      case "Classes":
        return ids.includes(of.class);
      case "Rules":
        return rule !== null && ids.includes(rule);
      default:
        return false;
    }
  }
}

const flip = (answer) => (answer === undefined ? undefined : !answer);
const CLASSES = ["Critical", "Legal", "Service", "Lifecycle", "Marketing"];
