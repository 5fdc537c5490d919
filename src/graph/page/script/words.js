// What became of rules and slots, in words: the short reasons of the language, and what cannot be said here.

/** The words for a step at which something dropped out. */
function stepWords(data, found) {
  const { rules } = data;
  const names = (list) => found.by.map((id) => list[id].name).join(", ");
  switch (found.step) {
    case "RuleOff":
      return "switched off";
    case "OfferOff":
      return "its offer is switched off";
    case "RuleNotActive":
      return "outside its dates";
    case "OfferNotActive":
      return "its offer is outside its dates";
    case "ReviewOverdue":
      return "its review is overdue";
    case "Blocked":
      return `blocked: ${names(rules.blocks)}`;
    case "NoConsent":
    case "Consent":
      return `no consent for ${names(rules.purposes)}`;
    case "NotApplicable":
      return "not applicable";
    case "NotKnown":
      return "not known";
    case "Taken":
      return "shown in another slot";
    case "Capped":
      return `capped: ${names(rules.caps)}`;
    case "Expired":
      return "expired";
    case "ExpiryNotKnown":
      return "when it expires is not known";
    case "Outside":
      return `closed: ${names(rules.windows)}`;
    case "NoScore":
      return "its score is not known";
    case "NoChannel":
      return found.ways.map((way) => `${rules.channels[way.channel].name}: ${stepWords(data, way)}`).join("; ");
    case "Permission":
      return "no permission of the device";
    case "Reach":
      return "does not reach";
    default:
      throw new Error(`a step that this page does not know: ${found.step}`);
  }
}

/** Why the page does not say what comes of something. */
function unsaidWords(data, found) {
  const { rules } = data;
  const names = (list) => (found.by ?? []).map((id) => list[id].name).join(", ");
  switch (found.unsaid) {
    case "Waits":
      return "it waits, or would wait too long: until when is not worked out here";
    case "Capped":
      return `how far ${names(rules.caps) || "its caps"} is used was not told`;
    case "Blocked":
      return `whether ${names(rules.blocks)} holds was not told`;
    case "Outside":
      return `whether ${names(rules.windows)} is open was not told`;
    case "Audience":
      return "what it reads was not told";
    case "Order":
    case "NoScore":
      return "its score reads what was not told";
    case "Expired":
      return "when it expires was not told";
    default:
      return "by which channel was not told";
  }
}

/** What a slot does: `shows winter_sale`. */
function outcomeWords(data, outcome) {
  const { offers, channels } = data.rules;
  if (outcome.nothing) return "gives nothing";
  if (outcome.shows !== undefined) return `shows ${offers[outcome.shows].name}`;
  const silently = outcome.silent === true ? ", silently" : outcome.silent === undefined ? ", perhaps silently" : "";
  return `sends ${offers[outcome.sends].name} by ${channels[outcome.by].name}${silently}`;
}

/** On whose word: `by winter_sale`, `by the fallback`. */
function byWords(data, by) {
  const { rules } = data.rules;
  if (by.slotOff) return "the slot is switched off";
  if (by.fallback !== undefined) return "by the fallback";
  if (by.substitute !== undefined) return `${by.via}, in the place of ${rules[by.substitute].name}`;
  return `by ${rules[by.rule].name}`;
}

/** The truth of a clause: a sign and a word. */
function truthWords(set) {
  return set === YES ? "\u2713 yes" : set === NO ? "\u2717 no" : set === UNKNOWN ? "? not known" : "\u2026 cannot be said here";
}
