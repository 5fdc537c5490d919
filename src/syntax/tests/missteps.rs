//! What somebody writes who has read an example or two, and what is said of it: the words that are underlined, and what
//! the help tells to write.

use super::parse;

const RULE: &str = "rule r in home { {} }";
const TEST: &str = "test \"t\" { now 2026-06-15T12:00Z  {} }";
const WINDOW: &str = "window w { zone \"Europe/Berlin\"  {}  on class marketing }";
const CAP: &str = "cap c { at most 3 shown  {}  per customer  on tag promo }";

#[test]
fn a_first_misstep_is_told_how_it_is_written() {
    let mut wrong: Vec<String> = Vec::new();
    for (frame, written, at, help) in [
        (RULE, "show a  if caped show b", "caped", "did you mean `if capped`?"),
        (RULE, "show a  if unknwn show b", "unknwn", "did you mean `if unknown`?"),
        (RULE, "show a  if caped sho b", "caped sho", "did you mean `if capped show`?"),
        (RULE, "if caped sho b  show a", "caped sho", "did you mean `if capped show`?"),
        (RULE, "show a  if no concent tyr b", "concent tyr", "did you mean `if no consent try`?"),
        (RULE, "show a  if unknwn nothin", "unknwn nothin", "did you mean `if unknown nothing`?"),
        (RULE, "show a  if unknwn ask b", "ask", "leave it out for now"),
        (RULE, "show a  if capped sho b", "sho", "did you mean `show`?"),
        ("block b { {} }", "after buy for 24 hours", "after", "`for` stands first: `for 24 hours after buy`"),
        ("block b { {} }", "24 hours after buy  on class marketing", "24", "write `for 24 hours after buy`"),
        ("pause q { {} }", "10 days after 3 shown in any 7 days", "10", "write `for 10 days  after 3 shown`"),
        ("pause q { {} }", "10 days  per customer", "10", "write `for 10 days  after 3 shown`"),
        ("pause q { {} }", "2 dismissed  for 10 days", "2", "write `after 2 dismissed`"),
        ("cap c { {} }", "3 shown in any 7 days", "3", "write `at most 3 shown`"),
        ("window w { {} }", "09:00 until 21:00", "09:00", "write `open 09:00 until 21:00`"),
        ("slot s on web { {} }", "decided on purchase  fallback nothing", "decided on", "leave it out for now"),
        ("slot s on web {} { fallback nothing }", "decided on purchase", "decided on", "leave it out for now"),
        (RULE, "when t is more than 3 days old  shw a", "shw", "did you mean `show`?"),
        (RULE, "show a  if paused show b", "paused", "counts as capped: `if capped show ..`"),
        (RULE, "show a  if vip show b", "vip", "the causes are `capped`, `no consent` and `unknown`"),
        (RULE, "show a  if not known show b", "if not known", "write `if unknown`"),
        (RULE, "show a  if no concent show b", "concent", "did you mean `if no consent`?"),
        (RULE, "show a  limit 3", "limit", "that is the clause `cap`"),
        (RULE, "priority 3  shw a", "shw", "did you mean `show`?"),
        (RULE, "show a  if capped show b otherwise c", "otherwise", "stands in the slot: `fallback brand_story`"),
        (CAP, "ever  pr customer", "pr", "did you mean `per`?"),
        (CAP, "ever  on tag b hold at most 3 days", "hold", "stands behind `then`"),
        (WINDOW, "opn 09:00 until 12:00  outside drop", "opn", "did you mean `open`?"),
        (
            "block b { {} }",
            "for 24 hours after buy  on class marketing  then stop",
            "then",
            "the next candidate is always asked",
        ),
        (RULE, "rank by n / 2  show a", "/", "write `decimal(2) of (a / b)`"),
        (RULE, "rank by (n / 2) else 0  show a", "/", "write `decimal(2) of (a / b)`"),
        (RULE, "rank by decimal(2) of n / 2  show a", "n / 2", "write `(n / 2)`"),
        ("{}", "value v = times buy", "times buy", "write `times buy in the last 30 days`, `times buy ever`"),
        ("{}", "value v = 10% n", "10%", "write `10% of n`"),
        ("{}", "value v = sum buy.amount", "sum", "write `sum of buy.amount in the last 30 days`"),
        ("{}", "value v = sum buy.amount ever", "sum", "write `sum of buy.amount`"),
        (RULE, "when last time shown of x is known  show a", "last time shown", "write `last shown`"),
        ("{}", "moment { a: one of [x < y, z] }", ",", "write `[x < y < z]`"),
        ("{}", "purpose q { basis legitimate interest  direct marketing }", "legitimate interest", "\"LIA-2026-01\""),
        (RULE, "expires 24 hours before t  show a", "before", "`when t is at least 24 hours ahead`"),
        (TEST, "consent p granted version 4 at now", "at", "granted at 3 days ago version 4"),
        (
            TEST,
            "cases n, consent direct marketing, expect h  row 1, x, shows a",
            "consent direct marketing",
            "a test of its own",
        ),
        (TEST, "cases n, consent p, expect h  row 1, granted, shows a", "consent p", "write `consent.p`"),
        (TEST, "cases n, expct h  row 1, shows a", "expct", "did you mean `expect`?"),
        (TEST, "cases n, expect h  row 1, passes over a becuse capped", "becuse", "did you mean `because`?"),
        (
            TEST,
            "request a { given { id: \"a\" gas: yes }  expect h shows x }",
            "gas",
            "facts stand with commas between them",
        ),
        (TEST, "request a { expext h shows x }", "expext", "did you mean `expect`?"),
        (TEST, "request a { history buy { n: 3 } of x at now }", "of x", "write `of x` before the `{`"),
        (RULE, "when segment lapsed  show a", "segment", "write `lapsed`"),
        (RULE, "when x  show happy hour } offer happy_hour { class service", "happy hour", "write `happy_hour`"),
        (RULE, "unless gluten, vegan  show a", ",", "`unless ..` and then `unless vegan ..`"),
        (
            "event purchase { amount: whole } rule r in home { {}  show a }",
            "when at least 2 purchases in the last 30 days",
            "at least 2",
            "write `times purchase in the last 30 days is at least 2`",
        ),
        (RULE, "when x  show a  else show b", "else", "write `if no consent show b`, `if unknown show b`"),
        (WINDOW, "open weekdays 09:00 until 12:00  outside drop", "weekdays", "write `mon to fri`"),
        (WINDOW, "open weekend 09:00 until 12:00  outside drop", "weekend", "write `sat, sun`"),
        (WINDOW, "open monday-friday 09:00 until 12:00  outside drop", "monday-friday", "write `mon to fri`"),
        (WINDOW, "open 5pm until 6:30pm  outside drop", "5pm", "write `17:00`"),
        (WINDOW, "open 12:15am until 06:00  outside drop", "12:15am", "write `00:15`"),
        (WINDOW, "open 09:00 until 12:00  outside hold 16 hours", "16", "write `hold at most 16 hours`"),
        (WINDOW, "open 09:00 until 12:00  outside hold for 16 hours", "for 16", "write `hold at most 16 hours`"),
        (RULE, "cap at most 3 sent in any 7 days per customer then hold  send a", "hold", "`then hold at most 2 days`"),
        (RULE, "cap at most 3 sent ever per customer then hold 4 days  send a", "4", "write `hold at most 4 days`"),
        (
            RULE,
            "cap at most 3 sent ever per customer then hold at most  send a",
            "hold at most",
            "`then hold at most 2 days`",
        ),
        (
            RULE,
            "cap at most 3 sent ever per customer then hold at most 2  send a",
            "2",
            "`then hold at most 2 hours`, or `2 days`",
        ),
        (
            RULE,
            "cap at most 3 sent ever per customer then hold at most 2 dais  send a",
            "2",
            "`then hold at most 2 days`?",
        ),
        (RULE, "cap at most 3 sent ever per customer then hold until 09:00  send a", "until", "are told by a `window`"),
        (RULE, "cap at most 3 sent ever per customer then wait  send a", "wait", "write `then hold at most 2 days`"),
        (RULE, "cap at most 3 sent ever per customer then send b", "then", "`then stop` leaves the slot empty"),
        (RULE, "cap at most 3 sent ever per customer then skip  send a", "skip", "write `then next`"),
        (CAP, "ever  then hold", "hold", "`then hold at most 2 days`"),
        (CAP, "ever  then hold up to 2 weeks", "up to 2", "write `hold at most 2 weeks`"),
        (CAP, "ever  then holt at most 2 days", "holt", "did you mean `hold`?"),
        (WINDOW, "open 09:00 until 12:00  outside next", "next", "write `outside next channel`"),
        (WINDOW, "open 09:00 until 12:00  outside other channel", "other channel", "write `outside next channel`"),
        (WINDOW, "open 09:00 until 12:00  outside hold at most", "hold at most", "`outside hold at most 2 days`"),
        (WINDOW, "open mo to fr 09:00 until 12:00  outside drop", "mo", "the days are `mon`, `tue`"),
        (WINDOW, "open 09.00 until 12:00  outside drop", "09.00", "write `09:00`"),
        (WINDOW, "drop  open 09:00 until 12:00", "drop", "`outside drop`"),
        (
            "window w { {}  open 09:00 until 12:00  on class marketing }",
            "zone Europe/Vienna",
            "Europe/Vienna",
            "write `\"Europe/Vienna\"`",
        ),
        (
            "test \"t\" { {}  expect s gives nothing }",
            "now 2026-06-15T10:00+02:00",
            "2026-06-15T10:00+02:00",
            "`2026-06-15 10:00 in \"Europe/Berlin\"`",
        ),
        (
            "test \"t\" { {}  expect s gives nothing }",
            "now 2026-06-15T10:00:30-05:30",
            "2026-06-15T10:00:30-05:30",
            "in UTC, with a `Z`",
        ),
        (CAP, "ever  then hold at most two days", "two", "write `2`"),
        (CAP, "ever  then next channel", "channel", "goes on to the next channel anyway"),
        (CAP, "ever  hold at most 2 days", "hold", "write `then hold`"),
        (WINDOW, "open 09:00 until 12:00  drop", "drop", "write `outside drop`"),
        (CAP, "in each calendar week from montag in zone", "montag", "write `from monday`"),
        (CAP, "in each calendar month from 1 in zone", "from", "leave out `from`"),
        (
            "channel push { needs p } cap c { at most 3 sent ever  per customer  {} }",
            "on push",
            "push",
            "write `on channel push`",
        ),
        ("cap c { {}  ever per customer on tag promo }", "at most 3 shown and sent", "and", "write `or`"),
        (RULE, "expires 24h after cart_at  show a", "24h", "write `24 hours`"),
        (RULE, "when last sent sale is at most 7 days old  show a", "sale", "write `last sent of sale`"),
        (
            "event visit { minutes: whole } rule r in home { {} }",
            "when visits in the last 7 days is at least 2  show a",
            "visits",
            "`times visit in the last 7 days",
        ),
        (RULE, "send sale by push and email", "and", "write `by push, email`"),
        ("block b { {}  on class marketing }", "when vulnerable", "when", "`while vulnerable`"),
        (
            "test \"t\" { {}  expect home shows a }",
            "held cart from 2026-06-14T21:00Z",
            "from",
            "`held forgotten_cart since 10 hours ago`",
        ),
        ("test \"t\" { {}  expect home shows a }", "held cart since 8 hours", "hours", "write `hours ago`"),
        ("test \"t\" { {}  expect home shows a }", "history visit at 2 days", "days", "write `at 2 days ago`"),
        ("test \"t\" { {}  expect home shows a }", "history visit on 2026-09-01", "on", "`at 3 days ago`"),
        ("test \"t\" { {}  expect home shows a }", "permission push yes", "yes", "write `full`"),
        ("slot letter {} { accepts marketing  fallback nothing }", "by email or sms", "or", "write `by email, sms`"),
        (CAP, "in any 1 week from monday", "from", "write `in each calendar week from monday in \"Europe/Berlin\"`"),
        (CAP, "in each month", "each month", "`in any 1 month`, or `in each calendar month in \"Europe/Berlin\"`"),
        ("slot letter {} { accepts marketing  fallback nothing }", "by email and sms", "and", "write `by email, sms`"),
        ("gap g { {}  per customer  on tag promo }", "24 hours apart", "24", "write `at least 24 hours apart`"),
        ("block b { {}  on class marketing }", "after dismissed for 7 days", "after", "`for 7 days after dismissed`"),
        (
            "persona p { now 2026-06-15T10:00Z  {} }",
            "consent all  permission push full",
            "all",
            "`consent all granted`",
        ),
        ("offer a { class marketing  {} }", "tags promo  title \"Half price\"", "title", "write `with title: ..`"),
        ("test \"t\" { {}  expect home shows a }", "as anna, ben", "ben", "`persona ben { as anna"),
        (
            "block b { {}  on class marketing }",
            "for 24 hours after shown of a or buy",
            "buy",
            "`after shown or buy of a`",
        ),
        ("block b { {}  on class marketing }", "for 24 hours after shown of a, buy", "buy", "declare a block for each"),
        ("block b { {}  on class marketing }", "for 24 hours after purchase, sent", ",", "write `purchase or sent`"),
        ("cap c { {}  ever per customer on tag promo }", "at most 3 shown, clicked", ",", "write `or`"),
        (
            "customer { seen: set of text } rule r in home { {}  show a }",
            "when seen is [\"x\"]",
            "[",
            "`seen has any of [..]`",
        ),
        (
            "customer { seen: set of text } rule r in home { {}  show a }",
            "when seen is not [\"x\"]",
            "[",
            "`seen has none of",
        ),
        (
            "customer { name: text } rule r in home { {}  show a }",
            "when name is [\"x\"]",
            "[",
            "write `is one of [..]`",
        ),
        (RULE, "when seen is [\"x\"]  show a", "[", "where `seen` is a set, `has any of [..]`"),
        (RULE, "when seen is not [DE]  show a", "[", "write `is not one of [..]`"),
        (RULE, "pause 10 days after 3 shown  show a", "pause", "per customer  on rule r }`"),
        (RULE, "gap 8 hours  show a", "gap", "`gap apart { at least 8 hours apart  per customer  on rule r }`"),
        (RULE, "block while vip  show a", "block", "on rule r }`; inside a rule stands `cap`"),
        (RULE, "window 09:00 until 21:00  show a", "window", "on rule r  outside drop }`"),
        (
            "pause calm { for 10 days  after 1 dismissed  per customer  on tag x } rule r in home { {}  show a }",
            "pause calm",
            "pause",
            "leave it out here: what `calm` is on stands in it, `on rule r`",
        ),
        (RULE, "for each customer  show a", "for", "`cap at most 3 shown in any 7 days per customer`"),
        (RULE, "if (vip) show a", "if", "write `when ..`"),
        (RULE, "when age => 3  show a", "=>", "write `is at least`"),
        (RULE, "when has email  show a", "has email", "write `email is known`"),
        ("{}", "value v = if vip then 3 else 0", "if", "write `(3 when vip)`"),
        ("{}", "segment v = if vip and age is 3 then yes else no", "if", "write `vip and age is 3`"),
        ("test \"t\" { now 2026-06-15T10:00Z  {} }", "expect home == a", "==", "write `shows`"),
        ("test \"t\" { now 2026-06-15T10:00Z  {} }", "expect home shows a && also b", "&&", "write `and`"),
    ] {
        let text = frame.replace("{}", written);
        let findings = parse(&text).1;
        let first = findings.first().unwrap_or_else(|| panic!("nothing is said of {text}"));
        let span = first.span().unwrap();
        let said = first.help.clone().unwrap_or_default();
        if &text[span.range()] != at || !said.contains(help) {
            wrong.push(format!("{text}\n  at `{}`: {}\n  {said}", &text[span.range()], first.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is written as elsewhere is told once: nothing behind it is blamed for it.
#[test]
fn one_mistake_is_one_finding() {
    let mut wrong: Vec<String> = Vec::new();
    for (frame, written) in [
        (RULE, "if vip == true {\n show a\n }"),
        (RULE, "if vip {\n show a\n }\n priority 3"),
        (RULE, "if (vip) show a"),
        (RULE, "when age => 3  show a"),
        (RULE, "when vip && age is 3  show a"),
        (RULE, "when vip AND age is 3  show a"),
        (RULE, "when vip then show a"),
        (RULE, "when name is null  show a"),
        (RULE, "pause 10 days after 3 shown  show a"),
        (RULE, "gap 8 hours  show a"),
        (RULE, "block while vip  show a"),
        (RULE, "window 09:00 until 21:00  show a"),
        (RULE, "for each customer  show a"),
        (RULE, "priority 10,\n show a"),
        ("block b { {} }", "after buy for 24 hours"),
        ("block b { {}  on class marketing }", "after buy for 24 hours"),
        ("slot s on web {} { accepts service  fallback nothing }", "decided on purchase"),
        ("slot m {} { accepts marketing  fallback nothing }", "by push, email,"),
    ] {
        let text = frame.replace("{}", written);
        let findings = parse(&text).1;
        if findings.len() != 1 {
            let all: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
            wrong.push(format!("{text}\n  {all:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
