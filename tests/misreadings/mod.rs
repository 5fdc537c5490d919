//! Wordings that two readers took in two ways when the language was weighed, a case each: what an author may write
//! instead of the wording that was chosen, what the tool answers, and that the chosen one is read without a word.

use cater::compile::{Compiled, compile};
use cater::source::SourceSet;

const SHOP: &str = include_str!("../findings/prelude.rules");

/// What is said to an author.
struct Answer {
    code: &'static str,
    /// The words that are underlined.
    at: &'static str,
    /// A part of the help.
    help: &'static str,
}

/// One wording: `{}` in `frame` is where it stands.
struct Case {
    row: &'static str,
    frame: &'static str,
    /// What may be written, and the answer.
    wrong: &'static [(&'static str, Answer)],
    /// What is read without a finding.
    right: &'static [&'static str],
}

const fn answer(code: &'static str, at: &'static str, help: &'static str) -> Answer {
    Answer { code, at, help }
}

const RULE: &str = "rule a in hero { {}  needs offers, scoring  priority 9  show sale }";
const CAP: &str = "rule a in hero { cap {}  priority 9  show sale }";
const MIXED: &str = "syntax::mixed-and-or";
const SPELLING: &str = "syntax::spelling";
const SIGN: &str = "syntax::sign";
const NO_DATE: &str = "syntax::no-such-date";
const NUMBER: &str = "syntax::written-number";
const NO_WINDOW: &str = "syntax::no-window";
const UNEXPECTED: &str = "syntax::unexpected";
const UNKNOWN: &str = "syntax::unknown-clause";

const CASES: &[Case] = &[
    Case {
        row: "a and b or c: both groupings",
        frame: RULE,
        wrong: &[
            ("when has_app and age is 3 or vulnerable", answer(MIXED, "or", "(a and b) or c")),
            ("when (has_app or age is 3 and price is 2)", answer(MIXED, "and", "a and (b or c)")),
        ],
        right: &["when (has_app and age is 3) or price is 2", "when has_app and (age is 3 or price is 2)"],
    },
    Case {
        row: "unless a and b: from a, and from b; or only from those who are both",
        frame: RULE,
        wrong: &[(
            "unless has_app and age is 3",
            answer("lint::unless-and", "has_app and age is 3", "one `unless` for each reason"),
        )],
        right: &["unless has_app  unless age is 3", "unless (has_app and age is 3)", "unless has_app or age is 3"],
    },
    Case {
        row: "unless vulnerable: unknown may see it, or may not",
        frame: RULE,
        wrong: &[],
        right: &["unless vulnerable", "unless (has_app else no)"],
    },
    Case {
        row: "not in [..]: missing counts as not in, or is unknown",
        frame: RULE,
        wrong: &[
            ("when country not in [DE, AT]", answer(SPELLING, "not in", "is not one of")),
            ("when country in [DE, AT]", answer(SPELLING, "in", "is one of")),
        ],
        right: &["when country is not one of [DE, AT]"],
    },
    Case {
        row: "older than 60 days: strict or inclusive, and the future",
        frame: RULE,
        wrong: &[
            ("when last_order older than 60 days", answer(SPELLING, "older than 60 days", "is more than 60 days old")),
            (
                "when last_order is younger than 2 weeks",
                answer(SPELLING, "is younger than 2 weeks", "is less than 2 weeks old"),
            ),
            ("when last_order since 2026-01-01", answer(SPELLING, "since", "is after 2026-01-01")),
        ],
        right: &["when last_order is more than 60 days old"],
    },
    Case {
        row: "within 60 days: past or future",
        frame: RULE,
        wrong: &[
            ("when last_order within 60 days", answer(SPELLING, "within", "is at most 60 days ahead")),
            ("when last_order is within the last 30 days", answer(SPELLING, "is within", "is at most 30 days old")),
            ("when last_order in the last 30 days", answer(SPELLING, "in the last 30 days", "is at most 30 days old")),
        ],
        right: &["when last_order is at most 60 days old", "when last_order is at most 60 days ahead"],
    },
    Case {
        row: "times purchase: over which time, and is the oldest day in",
        frame: RULE,
        wrong: &[
            (
                "when times purchase is at least 3",
                answer(NO_WINDOW, "times purchase", "add `in the last 7 days`, `ever`"),
            ),
            (
                "when times purchase in the last week is at least 3",
                answer(NO_WINDOW, "in the last week", "in the last 7 days"),
            ),
            ("when times purchase in last 30 days is at least 3", answer(SPELLING, "in last", "write `in the last`")),
            (
                "when age halving every 3 days is at least 3",
                answer(UNEXPECTED, "halving every 3 days", "since earned_at"),
            ),
        ],
        right: &[
            "when times purchase in the last 30 days is at least 3",
            "when times purchase ever is 0",
            "when last purchase is more than 60 days old",
            "when times purchase halving every 72 hours is at least 3",
            "when age halving every 30 days since last_order is at least 3",
        ],
    },
    Case {
        row: "between 1 and 5, in 0..1: inclusive or half-open",
        frame: RULE,
        wrong: &[
            ("when age between 1 and 5", answer(SPELLING, "between 1 and 5", "is from 1 to 5")),
            ("when age in 0..1", answer(SPELLING, "in 0..1", "is from 0 to 1")),
            ("when age is 1 to 5", answer(SPELLING, "is 1 to 5", "is from 1 to 5")),
            ("when age is 1-5", answer("type::bad-range", "1-5", "is from 1 to 5")),
            ("when age is from 1 until 5", answer(SPELLING, "until", "is from 1 to 5")),
        ],
        right: &["when age is from 1 to 5"],
    },
    Case {
        row: "in 0..9999 at a type: inclusive or half-open",
        frame: "moment { visits: whole {} }",
        wrong: &[("in 0..9999", answer(SPELLING, "in 0..9999", "from 0 to 9999"))],
        right: &["from 0 to 9999"],
    },
    Case {
        row: "until 2026-12-31: last day in or out",
        frame: RULE,
        wrong: &[
            (
                "active 2026-11-20 until 2026-12-31",
                answer(SPELLING, "until 2026-12-31", "`to 2026-12-31` includes that day"),
            ),
            (
                "active to 2026-12-31T10:00Z",
                answer(SPELLING, "to 2026-12-31T10:00Z", "`until 2026-12-31T10:00Z` ends at that instant"),
            ),
        ],
        right: &["active 2026-11-20 to 2099-12-31", "active until 2099-12-31T10:00Z", "active until 2099-12-31 10:00"],
    },
    Case {
        row: "at most 3 shown per rolling 7 days: jargon",
        frame: CAP,
        wrong: &[
            (
                "at most 3 shown per rolling 7 days",
                answer(SPELLING, "per rolling 7 days", "at most 3 shown in any 7 days per customer"),
            ),
            ("at most 3 shown per week", answer(SPELLING, "per week", "at most 3 shown in any 7 days per customer")),
            ("at most 3 shown in 7 days", answer(SPELLING, "in", "at most 3 shown in any 7 days per customer")),
            (
                "at most 3 shown in each calendar week from monday per customer",
                answer("resolve::calendar-without-zone", "in each calendar week from monday", "in \"Europe/Berlin\""),
            ),
        ],
        right: &[
            "at most 3 shown in any 7 days per customer",
            "at most 3 shown in each calendar week from monday in \"Europe/Berlin\" per customer",
        ],
    },
    Case {
        row: "cap 3 shown: three already, or three allowed",
        frame: CAP,
        wrong: &[("3 shown in any 7 days", answer(SPELLING, "3", "cap at most 3 shown in any 7 days per customer"))],
        right: &["at most 3 shown in any 7 days per customer"],
    },
    Case {
        row: "for each customer",
        frame: CAP,
        wrong: &[(
            "at most 3 shown for each customer in any 7 days",
            answer(SPELLING, "for each customer", "in any 7 days per customer"),
        )],
        right: &["at most 3 shown in any 7 days per customer on tag promo"],
    },
    Case {
        row: "consent personalisation in a rule: asks for consent, or requires it",
        frame: RULE,
        wrong: &[("consent offers", answer(UNKNOWN, "consent", "write `needs offers`"))],
        right: &[""],
    },
    Case {
        row: "needs a, b at an attribute: lists purposes, or marks",
        frame: "moment { visits: whole {} }",
        wrong: &[
            ("needs offers, scoring", answer(UNEXPECTED, ",", "needs scoring")),
            ("needs offers, fresh 30 days", answer(UNEXPECTED, ",", "leave the comma out")),
        ],
        right: &["needs offers  fresh 30 days", "needs offers  needs scoring"],
    },
    Case {
        row: "if customer unknown block: blocks the customer, or the offer",
        frame: "cap few { at most 3 shown  {}  in any 7 days  per customer  on tag promo }\nrule a in hero { show sale }",
        wrong: &[
            ("if customer unknown block", answer(SPELLING, "if", "at most 3 shown")),
            ("without customer block  alone", answer("resolve::clauses-clash", "alone", "keep one of the two")),
        ],
        right: &["", "without customer block"],
    },
    Case {
        row: "if capped show b: instead of the next candidate, or after it",
        frame: RULE,
        wrong: &[("if has_app", answer(SPELLING, "if", "write `when has_app`"))],
        right: &["cap at most 3 shown in any 7 days per customer  if capped show tips"],
    },
    Case {
        row: "pause 10 days after 3 shown in 7 days: from the third, or from today",
        frame: "{}\nrule a in hero { show sale }",
        wrong: &[(
            "pause calm { for 10 days  after 3 shown in 7 days  per customer  on tag promo }",
            answer(UNEXPECTED, "in", "after 3 shown in any 7 days"),
        )],
        right: &["pause calm { for 10 days  after 3 shown in any 7 days  per customer  on tag promo }"],
    },
    Case {
        row: "before other_rule: earlier in time, or stronger",
        frame: "rule a in hero { {}  needs offers  show sale }\nrule b in hero { priority 3  show sale }",
        wrong: &[(
            "when last_order before 2026-01-01  priority 9",
            answer(SPELLING, "before 2026-01-01", "is before 2026-01-01"),
        )],
        right: &["when last_order is before 2026-01-01  before b"],
    },
    Case {
        row: "= < <= >=: `<` is misread aloud",
        frame: RULE,
        wrong: &[
            ("when age = 3", answer(SIGN, "=", "is")),
            ("when age == 3", answer(SIGN, "==", "is")),
            ("when age != 3", answer(SIGN, "!=", "is not")),
            ("when age < 3", answer(SIGN, "<", "is less than")),
            ("when age <= 3", answer(SIGN, "<=", "is at most")),
            ("when age > 3", answer(SIGN, ">", "is more than")),
            ("when age >= 3", answer(SIGN, ">=", "is at least")),
            ("when age is >= 3", answer(SIGN, ">=", "at least")),
        ],
        right: &["when age is at least 3"],
    },
    Case {
        row: "x else v: otherwise branch, or stand-in value",
        frame: RULE,
        wrong: &[("when has_app  else tips", answer("resolve::unknown-attribute", "tips", "`fallback` of the slot"))],
        right: &["when age else 3 is at least 3"],
    },
    Case {
        row: "rank by a else 0.05 * 2: default is 0.05, or is 0.1",
        frame: "value v = {}\nrule a in hero { when v is at least 3  needs offers  show sale }",
        wrong: &[
            ("price else 5 * 2", answer("lint::else-mixed", "price else 5", "parentheses")),
            ("2 + price else 5", answer("lint::else-mixed", "price else 5", "parentheses")),
            ("90% of price else 5", answer("lint::else-mixed", "price else 5", "parentheses")),
        ],
        right: &["(price else 5) * 2", "price else (5 * 2)"],
    },
    Case {
        row: "rank by a value that may be missing: ranks last, or is left out",
        frame: RULE,
        wrong: &[
            ("rank by price", answer("type::rank-may-be-missing", "price", "(price else 0)")),
            (
                "rank by 40 * times purchase halving every 72 hours",
                answer(
                    "type::rank-may-be-missing",
                    "times purchase halving every 72 hours",
                    "(40 * times purchase halving every 72 hours) else 0",
                ),
            ),
        ],
        right: &[
            "rank by (price else 0)",
            "when price is known  rank by price",
            "rank by (40 * times purchase halving every 72 hours) else 0",
            "when (40 * times purchase halving every 72 hours) is known  rank by 40 * times purchase halving every 72 hours",
        ],
    },
    Case {
        row: "sensitive: legally special, or do not show",
        frame: "moment { mood: text {} }",
        wrong: &[
            ("private", answer(UNEXPECTED, "private", "`hidden`")),
            ("secret", answer(UNEXPECTED, "secret", "`hidden`")),
            ("special", answer(UNEXPECTED, "special", "`sensitive`")),
            ("sensitiv", answer(UNEXPECTED, "sensitiv", "did you mean `sensitive`")),
        ],
        right: &["hidden", "needs health  sensitive"],
    },
    Case {
        row: "active a to b, on offers too: no second word",
        frame: "offer extra { {}  class service }\nrule a in hero { show extra }",
        wrong: &[
            ("until 2026-12-31", answer(UNKNOWN, "until", "`active")),
            ("valid 2026-11-20 to 2026-12-31", answer(UNKNOWN, "valid", "`active")),
            ("active 2026-11-20", answer(UNEXPECTED, "active 2026-11-20", "active from 2026-11-20")),
        ],
        right: &["active 2026-11-20 to 2099-12-31"],
    },
    Case {
        row: "viewed has a or b: each of them, or one of both",
        frame: RULE,
        wrong: &[
            (
                "when viewed has \"rye\" or \"oat\"",
                answer("type::not-a-condition", "\"oat\"", "write `viewed has any of [\"rye\", \"oat\"]`"),
            ),
            (
                "when viewed has rye or oat",
                answer("type::not-a-condition", "oat", "write `viewed has any of [\"rye\", \"oat\"]`"),
            ),
            (
                "when viewed has rye and oat and \"bran\"",
                answer("type::not-a-condition", "oat", "write `viewed has all of [\"rye\", \"oat\", \"bran\"]`"),
            ),
            (
                "when viewed has none of [\"rye\"] or \"oat\"",
                answer("type::not-a-condition", "\"oat\"", "write `viewed has none of [\"rye\", \"oat\"]`"),
            ),
            ("when country has DE or AT", answer("type::not-a-set", "country", "`is one of [DE, AT]`")),
            ("when vieved has rye or oat", answer("resolve::unknown-attribute", "vieved", "did you mean `viewed`?")),
        ],
        right: &["when viewed has any of [\"rye\", \"oat\"]", "when viewed has \"rye\" or has_app"],
    },
    Case {
        row: "viewed has any of []: an empty list?",
        frame: RULE,
        wrong: &[
            ("when viewed has any of []", answer("syntax::empty-list", "[]", "at least one member")),
            ("when viewed has none of []", answer("syntax::empty-list", "[]", "at least one member")),
            ("when viewed has [\"a\"]", answer(SPELLING, "[", "has any of")),
        ],
        right: &["when viewed has any of [\"a\"]", "when viewed has none of [\"a\"]"],
    },
    Case {
        row: "a day in the order of another country",
        frame: RULE,
        wrong: &[
            ("when last_order is after 2025-1-5", answer(NO_DATE, "2025-1-5", "`2025-01-05`")),
            ("when last_order is after 12/31/2025", answer(NO_DATE, "12/31/2025", "`2025-12-31`")),
            ("when last_order is after 31.12.2025", answer(NO_DATE, "31.12.2025", "`2025-12-31`")),
            ("when last_order is after 4/5/2025", answer(NO_DATE, "4/5/2025", "`2025-04-05` or `2025-05-04`")),
            ("when last_order is after 1 Jan 2025", answer(NO_DATE, "1 Jan 2025", "`2025-01-01`")),
            ("when last_order is after January 1, 2025", answer(NO_DATE, "January 1, 2025", "`2025-01-01`")),
            (
                "when last_order is on 2025-01-05",
                answer(SPELLING, "is on 2025-01-05", "`is from 2025-01-05 to 2025-01-05`"),
            ),
            ("when last_order > 2025-01-05", answer(SIGN, ">", "write `is after`")),
        ],
        right: &["when last_order is from 2025-01-05 to 2025-01-05", "when last_order is after 2025-01-05"],
    },
    Case {
        row: "an amount: 1.500 is 1500 or 1.5, 10k is not 10",
        frame: RULE,
        wrong: &[
            ("when price is more than $10k", answer(NUMBER, "$10k", "write `10000`")),
            ("when price is more than $2.5k", answer(NUMBER, "$2.5k", "write `2500`")),
            ("when price is more than 1.000,50 €", answer(NUMBER, "1.000,50 €", "write `1000.50`")),
            ("when price is more than €1.500", answer(NUMBER, "€1.500", "`1500` or `1.5`")),
            ("when price is in the top 10%", answer(SPELLING, "is in the top 10%", "`is at least 500`")),
        ],
        right: &["when price is more than 100"],
    },
    Case {
        row: "a bound in words, or said twice",
        frame: RULE,
        wrong: &[
            ("when age is at least twenty", answer(SPELLING, "twenty", "write `20`")),
            ("when tier is at least silver or higher", answer(SPELLING, "higher", "leave it out")),
            (
                "when age is at least 20 and at most 30",
                answer(SPELLING, "is at least 20 and at most 30", "`is from 20 to 30`"),
            ),
            (
                "when days since last_order is more than 30",
                answer(
                    SPELLING,
                    "days since last_order is more than 30",
                    "write `last_order is more than 30 days old`",
                ),
            ),
        ],
        right: &["when tier is at least silver"],
    },
    Case {
        row: "a condition about the customer, and what stands alone",
        frame: "segment young = age is less than 30\n\
                rule a in hero { {}  needs offers, scoring  priority 9  show sale }",
        wrong: &[
            ("when customer is young", answer(SPELLING, "customer is young", "write `young`")),
            ("when young is yes", answer(SPELLING, "young is yes", "write `young`")),
            ("when young is no", answer(SPELLING, "young is no", "write `not young`")),
            ("when young  when country is unknown", answer("resolve::unknown-attribute", "unknown", "is not known")),
        ],
        right: &["when young", "when not young"],
    },
    Case {
        row: "why a rule is passed over, in other words",
        frame: RULE,
        wrong: &[
            ("if denied show story", answer(SPELLING, "if denied", "write `if no consent`")),
            ("if consent missing show story", answer(SPELLING, "if consent missing", "write `if no consent`")),
            ("if not consent show story", answer(SPELLING, "if not consent", "write `if no consent`")),
            ("if missing show story", answer(SPELLING, "if missing", "write `if unknown`")),
            ("if over cap show story", answer(SPELLING, "if over cap", "write `if capped`")),
            ("if cap show story", answer(SPELLING, "if cap", "write `if capped`")),
            ("if limit show story", answer(SPELLING, "if limit", "write `if capped`")),
            ("if cap reached show story", answer(SPELLING, "if cap reached", "write `if capped`")),
            ("if capped then show story", answer(SPELLING, "then", "leave it out")),
            ("when capped show story", answer(SPELLING, "when capped", "write `if capped`")),
            ("when cap reached try b", answer(SPELLING, "when cap reached", "write `if capped`")),
            ("when over cap show story", answer(SPELLING, "when over cap", "write `if capped`")),
            ("when no consent show story", answer(SPELLING, "when no consent", "write `if no consent`")),
            ("when unknown nothing", answer(SPELLING, "when unknown", "write `if unknown`")),
            ("unless capped show story", answer(SPELLING, "unless capped", "`if capped show ..`")),
            ("expires 2026-12-24", answer(SPELLING, "expires 2026-12-24", "`active to 2026-12-24`")),
            (
                "cap at most 3 impressions in any 7 days per customer",
                answer("resolve::unknown-event", "impressions", "`shown`"),
            ),
        ],
        right: &["if no consent show story"],
    },
    Case {
        row: "an attribute that is called as a cause is",
        frame: "moment { capped: yes or no  limit: yes or no }\nrule a in hero { {}  priority 9 }",
        wrong: &[],
        right: &[
            "when capped  show tips",
            "when capped or limit  show tips  if capped nothing",
            "unless capped  show tips  if capped show story",
            "show tips  when capped",
        ],
    },
    Case {
        row: "a reason in the author's own words",
        frame: "rule a in hero { when age is less than 30  priority 9  show tips }\n\
                test \"t\" { now 2026-01-01T00:00Z  given { age: 50 }  expect hero passes over a because {} }",
        wrong: &[("\"she is old\"", answer("resolve::unknown-reason", "\"she is old\"", "not applicable"))],
        right: &["\"not applicable\""],
    },
    Case {
        row: "an event in a condition: how often, or when it last happened",
        frame: RULE,
        wrong: &[
            (
                "when purchase is at least 3",
                answer("resolve::unknown-attribute", "purchase", "`times purchase in the last 30 days is at least 3`"),
            ),
            (
                "when shown is at least 3",
                answer("resolve::unknown-attribute", "shown", "`last shown is at most 2 days old`"),
            ),
            (
                "expires 24 hours after purchase",
                answer("resolve::unknown-attribute", "purchase", "when it last did `last purchase`"),
            ),
        ],
        right: &[
            "when times purchase in the last 30 days is at least 3",
            "when last shown is at most 2 days old",
            "expires 24 hours after last purchase",
        ],
    },
    Case {
        row: "a cap over a span that the calendar does not count",
        frame: CAP,
        wrong: &[
            (
                "at most 3 shown in each calendar hour in \"UTC\" per customer",
                answer(UNEXPECTED, "hour", "`in any 1 hour`"),
            ),
            (
                "at most 3 shown in each calendar year in \"UTC\" per customer",
                answer(UNEXPECTED, "year", "`in any 12 months`"),
            ),
            (
                "at most 3 shown in each calendar season in \"UTC\" per customer",
                answer(UNEXPECTED, "season", "`in each calendar day`"),
            ),
        ],
        right: &[
            "at most 3 shown in any 1 hour per customer",
            "at most 3 shown in each calendar quarter in \"UTC\" per customer",
        ],
    },
    Case {
        row: "hold until nine: the hour at which it opens, or the longest wait",
        frame: "window w { zone \"UTC\"  open 09:00 until 17:00  on class marketing  outside {} }\nrule a in hero { show sale  \
                priority 9 }",
        wrong: &[("hold until 09:00", answer(SPELLING, "until 09:00", "`outside hold at most 12 hours`"))],
        right: &["hold at most 12 hours"],
    },
    Case {
        row: "a date before now: today counts, or does not",
        frame: RULE,
        wrong: &[
            ("when birthday is before now", answer("type::mismatch", "now", "`is at least 1 day old`")),
            ("when birthday is after now", answer("type::mismatch", "now", "`is at least 1 day ahead`")),
        ],
        right: &["when birthday is at least 1 day old", "when last_order is before now"],
    },
    Case {
        row: "home or Berlin: whichever is known, or both",
        frame: "window w { {}  open 09:00 until 17:00  on tag promo  outside drop }\nrule a in hero { show sale  priority 9  \
                needs offers }",
        wrong: &[
            ("zone home_zone or \"Europe/Berlin\"", answer(SPELLING, "or", "`home_zone else \"Europe/Berlin\"`")),
            ("zone home_zone, \"Europe/Berlin\"", answer(SPELLING, ",", "`home_zone else \"Europe/Berlin\"`")),
        ],
        right: &["zone home_zone else \"Europe/Berlin\""],
    },
    Case {
        row: "via push: the channel of a message",
        frame: "channel push { needs offers }\nslot mail by push { accepts lifecycle  fallback nothing }\nrule a in mail { {} }",
        wrong: &[
            ("send club via push", answer(SPELLING, "via", "`by push`")),
            ("send club through push", answer(SPELLING, "through", "`by push`")),
        ],
        right: &["send club by push"],
    },
    Case {
        row: "a purpose that needs another, so that two could need each other",
        frame: "{}\nrule a in hero { priority 9  needs gifts, offers  show sale }",
        wrong: &[
            (
                "purpose gifts \"x\" { basis consent  needs offers  direct marketing }",
                answer(UNEXPECTED, "needs", "leave `needs offers` out here"),
            ),
            (
                "purpose gifts \"x\" { needs offers  basis consent  direct marketing }",
                answer(UNEXPECTED, "needs", "leave `needs offers` out here"),
            ),
        ],
        right: &["purpose gifts \"x\" { basis consent  direct marketing }"],
    },
    Case {
        row: "one error for a purpose or a type, none for what rests on it",
        frame: "{}\nrule a in hero { when lo is more than 60 days old  show tips  priority 4 }",
        wrong: &[
            (
                "purpose perks \"x\" { basis consent valid 1 year }\nmoment { lo: time needs perks }",
                answer(UNEXPECTED, "year", "months"),
            ),
            (
                "purpose perks \"x\" { basis opt-in }\nmoment { lo: time needs perks }",
                answer(UNEXPECTED, "opt", "basis consent"),
            ),
            (
                "purpose perks \"x\" { }\nmoment { lo: time needs perks }",
                answer("resolve::clause-missing", "perks", "basis consent"),
            ),
            ("moment { lo: datetime }", answer(UNEXPECTED, "datetime", "write `time`")),
            ("moment { lo: number }", answer(UNEXPECTED, "number", "write `whole`")),
        ],
        right: &["moment { lo: time }"],
    },
];

fn compiled(text: &str) -> Compiled {
    let mut sources = SourceSet::default();
    sources.add("case.rules", text.to_owned());
    sources.add("shop.rules", SHOP.to_owned());
    compile(sources)
}

/// Every finding in the first file, as code, underlined words and help.
fn told(text: &str) -> Vec<(&'static str, String, String)> {
    let compiled = compiled(text);
    let findings = compiled.diagnostics.iter().filter(|finding| {
        finding.span().is_some_and(|span| compiled.sources.iter().next().is_some_and(|(id, _)| id == span.source))
    });
    findings
        .map(|finding| {
            let at = finding.span().map(|span| compiled.sources.text(span).to_owned()).unwrap_or_default();
            (finding.code.name, at, finding.help.clone().unwrap_or_default())
        })
        .collect()
}

#[test]
fn what_two_people_read_in_two_ways_is_answered() {
    let mut wrong = Vec::new();
    for case in CASES {
        for (words, answer) in case.wrong {
            let text = case.frame.replacen("{}", words, 1);
            let told = told(&text);
            let is_it = matches!(told.as_slice(), [(code, at, help)]
                if *code == answer.code && at == answer.at && help.contains(answer.help));
            if !is_it {
                wrong.push(format!("{}\n  {words}\n  {told:#?}", case.row));
            }
        }
        for words in case.right {
            let text = case.frame.replacen("{}", words, 1);
            let told = told(&text);
            if !told.is_empty() {
                wrong.push(format!("{}\n  {words} is right\n  {told:#?}", case.row));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `now` and the end of an offer, written with and without the zone, before the words of `defaults`.
fn at_nine(defaults: &str, zone: &str) -> Compiled {
    let mut sources = SourceSet::default();
    let text = format!(
        "{defaults}\noffer a {{ class service }}\nslot s on web {{ accepts service  fallback a }}\n\
         rule r in s {{ active until 2099-07-01 09:00{zone}  priority 1  show a }}\n\
         test \"t\" {{ now 2026-07-01 09:00{zone}  expect s shows a }}"
    );
    sources.add("case.rules", text);
    compile(sources)
}

#[test]
fn a_time_without_a_zone_is_in_the_zone_of_defaults_and_nowhere_else() {
    let berlin = "defaults { zone \"Europe/Berlin\" }";
    let (short, long) = (at_nine(berlin, ""), at_nine(berlin, " in \"Europe/Berlin\""));
    assert!(short.diagnostics.iter().all(|finding| !finding.is_error()), "{:#?}", short.diagnostics);
    assert_eq!(short.program.tests[0].facts.now, long.program.tests[0].facts.now);
    let active = |compiled: &Compiled| compiled.rules.as_ref().unwrap().rules[0].active;
    assert!(active(&short).is_some());
    assert_eq!(active(&short), active(&long));
    let nowhere = at_nine("", "");
    let told: Vec<_> = nowhere.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(!told.is_empty());
    for finding in told {
        assert_eq!(finding.code.name, "syntax::no-such-date");
        assert!(nowhere.sources.text(finding.span().unwrap()).ends_with("09:00"));
        assert!(finding.help.as_ref().unwrap().contains("defaults { zone"));
    }
}
