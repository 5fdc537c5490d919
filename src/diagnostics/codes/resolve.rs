//! Codes of the `resolve::` stage: names and what they stand for.

codes! {
    DUPLICATE = "resolve::declared-twice", Error, "two declarations of one kind have the same name",
        "A name stands for one thing, so that a reader can look it up. Rename one of the two, or delete it. Attributes of customer and moment, segments and values share one name space, because conditions use them all alike.";
    CLAUSE_TWICE = "resolve::clause-twice", Error, "a clause stands twice that may stand once",
        "Only `when`, `unless` and `cap` may be repeated in a rule. Of two priorities or two `show` nobody could say which one is meant: keep one.";
    NAMED_TWICE = "resolve::named-twice", Warning, "a list names the same thing twice",
        "The second of two equal names in a list says nothing: `needs offers, offers` asks for one consent. Often another name was meant. Write the one that was meant, or delete it.";
    CLAUSE_MISSING = "resolve::clause-missing", Error, "a clause that must be written is not there",
        "Some clauses have no default, because every default would surprise somebody: what a rule shows, what class an offer has, what a slot accepts and falls back to, how many and over which time a cap counts. The help names the clause with an example.";
    CLAUSES_CLASH = "resolve::clauses-clash", Error, "two clauses that exclude each other",
        "A rule has `priority` or `before`, never both: `before` takes over the priority of the rule it names. A cap has one window: `in any 7 days` or `ever`. A legitimate interest is open unless somebody objects, so `valid`, `confirmed` and `version` have nothing to ask of it.";
    UNKNOWN_ATTRIBUTE = "resolve::unknown-attribute", Error, "a name in a condition that nothing declares",
        "Conditions may use attributes of `customer` and `moment`, segments, values, and `consent.purpose`. Check the spelling, or declare the attribute in `customer { ... }`.";
    UNKNOWN_MEMBER = "resolve::unknown-member", Error, "a value that is not in the attribute's list",
        "An attribute declared `one of [...]` can hold only the members of its list, so a condition on anything else could never be yes. Check the spelling, or add the member to the list.";
    UNKNOWN_PURPOSE = "resolve::unknown-purpose", Error, "a purpose that nothing declares",
        "`needs p` and `consent.p` name a purpose. Declare it: purpose p \"What the customer reads\" { basis consent }.";
    UNKNOWN_EVENT = "resolve::unknown-event", Error, "an event that nothing declares",
        "Caps and histories count events. Built in are decided, sent, delivered, shown, clicked, dismissed and converted; all others are declared: event purchase \"Something was bought\" {}.";
    UNKNOWN_FIELD = "resolve::unknown-field", Error, "a field that the event does not have",
        "A sum names a field of its event: sum of purchase.amount in the last 30 days. Declare what an event carries: event purchase \"Something was bought\" { amount: decimal(2) }.";
    HISTORY_WITHOUT_KEY = "resolve::history-without-key", Error, "events are read of a customer without a key",
        "What happened is kept by the customer's key. Without one nobody knows whose events these are, and every count would be missing for everybody. Mark the attribute that says who it is: customer { id: text key }.";
    UNKNOWN_OFFER = "resolve::unknown-offer", Error, "an offer that nothing declares",
        "`show` and `fallback` name an offer. Check the spelling, or declare it: offer spring_sale { class marketing }.";
    UNKNOWN_SLOT = "resolve::unknown-slot", Error, "a slot that nothing declares",
        "A rule stands in a slot: rule r in home_hero { ... }. Check the spelling, or declare the slot.";
    UNKNOWN_RULE = "resolve::unknown-rule", Error, "a rule that nothing declares",
        "`before`, `try` and `on rule` name another rule. Check the spelling; a rule that was deleted must also go where it is named.";
    UNKNOWN_TAG = "resolve::unknown-tag", Error, "a tag that no offer carries",
        "A cap on a tag that no offer carries would never bind anybody. Check the spelling, or give the tag to an offer: tags promo.";
    UNKNOWN_CLASS = "resolve::unknown-class", Error, "a class that does not exist",
        "There are five classes and their order is fixed: critical, legal, service, lifecycle, marketing. The class says what an offer must obey: consent, blocks, windows, caps.";
    UNKNOWN_PERSONA = "resolve::unknown-persona", Error, "a persona that nothing declares",
        "`as anna` takes over the facts of `persona anna { ... }`. Check the spelling, or declare the persona.";
    UNKNOWN_ZONE = "resolve::unknown-zone", Error, "a time zone that does not exist",
        "A zone is a name such as \"Europe/Berlin\" from the world's time-zone data, never an offset such as \"+02:00\": an offset does not know when the clocks change.";
    UNKNOWN_STATUS = "resolve::unknown-status", Error, "not one of the seven states of a consent",
        "A consent is granted, denied, withdrawn, expired, pending, unknown or objected.";
    UNKNOWN_REASON = "resolve::unknown-reason", Error, "a reason that no explanation gives",
        "A test names the reason as the explanation gives it: a rule, a cap, `capped`, `fallback`, \"not applicable\", \"x is not known\", \"x is not known to be no\", \"no consent for p\".";
    CIRCLE = "resolve::circle", Error, "definitions, substitutes or an order that go round in a circle",
        "A segment that needs itself has no meaning, a substitute that leads back to its rule would never end, and of two rules that each stand before the other nobody wins. The message prints the circle: break it at one place.";
    OTHER_SLOT = "resolve::other-slot", Error, "a rule names a rule of another slot or class",
        "Rules compete within one slot and one class. `before` and `try` can only name a rule of the same slot; `before` also of the same class, since the class decides first.";
    CLASS_NOT_ACCEPTED = "resolve::class-not-accepted", Error, "an offer whose class the slot does not accept",
        "A slot lists the classes it accepts, so that selling cannot slip into a place for service. Show another offer, or add the class to `accepts`.";
    FALLBACK_NOT_TOTAL = "resolve::fallback-not-total", Error, "a slot whose last fallback does not answer for everybody",
        "The last fallback must answer for the customer of whom nothing is known, at every time: an offer of class service without dates and without a condition, or `nothing`. Otherwise somebody gets an accident. Add one at the end: fallback winter_story when cold, brand_story.";
    FALLBACK_BEHIND_EVERYBODY = "resolve::fallback-unreachable", Warning, "a fallback behind one that takes everybody",
        "A fallback list is tried from left to right. An entry without a condition, of class service, without dates and shown by no other slot, always answers, so what stands behind it is never shown. Reorder the list or delete the rest.";
    TOO_MUCH = "resolve::too-much", Error, "more than a rule set may hold, or than one condition may be",
        "A rule set has stated limits, so that what a decision costs is bounded and known: so many rules, attributes and segments, and so many parts of one condition with every segment and value in its place. The message names the limit. Remove what nobody uses any more, name fewer segments, or divide the rules into several sets.";
    CAP_WITHOUT_TARGET = "resolve::cap-without-target", Error, "a declared cap that does not say what it is on",
        "A cap declared by name binds what it is `on`: a tag, an offer or a rule. Without it, the cap would silently bind everything or nothing.";
    CAP_ON_BOUNDLESS_CLASS = "resolve::cap-on-critical", Error, "a cap on a rule of class critical or legal",
        "What must be said must be said every time: critical and legal obey no caps. Remove the cap, or give the offer its true class.";
    UNKNOWN_FILE = "resolve::unknown-file", Error, "a `use` of a file that is not there",
        "`use \"customer.rules\"` reads that file too. Its path is seen from the file that says it, and capital letters count on every system. Check the spelling; a file that was moved or deleted must also go where it is used.\n\navoid:  use \"costumer.rules\"\nprefer: use \"customer.rules\"";
    UNREADABLE_FILE = "resolve::unreadable-file", Error, "a `use` of something that cannot be read as rules",
        "It is a folder, is not UTF-8 text, is too large, or may not be read. `use` names one file, so that a reader can see where a name comes from; a folder as a whole is read by naming it to the tool or in cater.toml.\n\navoid:  use \"shared\"\nprefer: use \"shared/purposes.rules\"";
    BAD_PATH = "resolve::bad-path", Error, "a `use` whose path would not be understood everywhere",
        "The path of a `use` is relative, as seen from the file that says it, with `/` between its parts on every system, and ends in .rules. So the same rules can be checked on every machine.\n\navoid:  use \"C:\\rules\\customer.rules\"\nprefer: use \"../customer.rules\"";
    PATH_OUTSIDE = "resolve::path-outside", Error, "a `use` that leads out of the folder of the rules",
        "A rule set is what lies in its folder: the one with cater.toml, else the one that is checked. What lies outside is read only if cater.toml names it under `rules`, so that nobody's rules can read files that are none of their business.\n\navoid:  use \"../../somebody/customer.rules\"\nprefer: rules = [\".\", \"../shared\"] in cater.toml, and use \"../shared/customer.rules\"";
}
