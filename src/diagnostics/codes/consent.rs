//! Codes of the `consent::` stage: what may be read, and for what.

codes! {
    MISSING_NEEDS = "consent::missing-needs", Error, "a rule reads what needs a purpose without needing it",
        "An attribute that `needs personalisation` is not read without that consent. A rule that uses it, also through a segment or a value, must say so, so that everybody sees what the rule rests on: needs personalisation.";
    MARKETING_WITHOUT_PURPOSE = "consent::marketing-without-purpose", Error, "a marketing rule chooses people without a purpose they can object to",
        "Choosing by what we know of a customer, in order to sell, needs a purpose marked `direct marketing`, which an objection closes (R3). Add it: needs fitting_offers. The same banner for everybody needs none.";
    NEVER_USED = "consent::never-used", Error, "a rule reads an attribute that is never used",
        "`never used` at an attribute is a promise: no rule, segment, value or fallback reads it. Take it out of the condition.";
    PROTECTIVE_SELECTS = "consent::protective-selects", Error, "a protective attribute is used to choose people",
        "A `protective` attribute may be read without asking, because it only ever spares people: it stands in `unless`, and not under `not`. Choosing somebody because they are vulnerable is an error.";
    SENSITIVE_PURPOSE = "consent::sensitive-purpose", Error, "a sensitive attribute without explicit consent for exactly one purpose",
        "Special categories of data (health, belief, origin ...) need an explicit consent for exactly that use: diagnosis: text sensitive needs health_tips, where purpose health_tips has basis explicit consent.";
    SUBSTITUTE_CLASS = "consent::substitute-class", Error, "a substitute of a higher class than its rule",
        "A substitute stands in for its rule and obeys at least as much: a marketing rule may be replaced by marketing or by a neutral service offer, never by something that obeys fewer guards (R1).";
    SUBSTITUTE_NEEDS = "consent::substitute-needs", Error, "a substitute for missing consent that needs the same consent",
        "`if no consent` is taken when a purpose is not open. A rule that needs the same purposes would fail for the same reason: try a rule that needs fewer, or show a service offer.";
    SUBSTITUTE_SELLS = "consent::substitute-sells", Error, "without consent, a marketing substitute for chosen people",
        "The rule chooses people by what we know of them. When their consent is missing, the substitute may not sell to just these people (R14, R3): show an offer of class service.";
    FALLBACK_SELLS = "consent::fallback-sells", Error, "a marketing fallback for chosen people",
        "A fallback has no `needs`, so it may not choose people by their attributes in order to sell (R3, R11). The order of the list chooses too: in `fallback tips when age is at least 18, sale` the sale is shown to just those who are younger, or of whom nobody knows it. Put it before every fallback with a condition, make it a rule that needs a purpose, or make the offer class service.";
}
