//! Windows, holds, expiry and when to ask again, to the second: by wall clocks on days on which they are set, in zones
//! with and without summer time, and one that shifts by half an hour.

use crate::compile::compile;
use crate::eval::{decide, run, window_is_open};
use crate::frame::{Decision, Fact, Facts, Frame, Outcome, gather};
use crate::model::{RuleSet, SlotId, WindowId};
use crate::source::SourceSet;
use crate::value::{Instant, Value, Zone, show_instant};

const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Dubai", "Australia/Lord_Howe"];
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// The rules, and every test among them met.
fn rules(text: &str) -> RuleSet {
    let compiled = compile(SourceSet::single("hours.rules", text).0);
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let rules = compiled.runnable().unwrap();
    for case in &compiled.program.tests {
        if let Some((_, mismatch)) = run(rules, case).into_iter().next() {
            panic!("{}: {}\n{}\n{}", case.name, mismatch.message, mismatch.why.join("\n"), mismatch.rest.join("\n"));
        }
    }
    (**rules).clone()
}

/// A shop that sells at these hours only, and waits outside of them for as long as it says.
fn shop(rows: &str, outside: &str) -> RuleSet {
    rules(&format!(
        "purpose offers \"Sell\" {{ basis legitimate interest \"LIA\"  direct marketing }}
        customer {{ id: text key  home: zone  told: time  young: yes or no }}
        offer sale {{ class marketing }}
        offer story {{ class service }}
        slot hero on web {{ accepts service, marketing  fallback story }}
        window hours {{ zone home else \"Europe/Berlin\"  {rows}  on class marketing  outside {outside} }}
        rule sell in hero {{ priority 1  needs offers  expires 100 hours after told  show sale }}"
    ))
}

fn somebody(rules: &RuleSet, zone: &str, now: Instant) -> Facts {
    let mut facts = Facts::nothing(rules, now);
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c1".into()), None));
    facts.set(rules.attribute_named("home").unwrap(), Fact::Known(Value::Text(zone.into()), None));
    facts.set(rules.attribute_named("told").unwrap(), Fact::Known(Value::Time(now), None));
    facts
}

fn frame(rules: &RuleSet, zone: &str, now: Instant) -> Frame {
    gather(rules, &somebody(rules, zone, now))
}

fn open(rules: &RuleSet, zone: &str, now: Instant) -> bool {
    window_is_open(rules, &frame(rules, zone, now), WindowId(0))
}

#[test]
fn every_second_around_the_nights_on_which_clocks_are_set() {
    // What is open on a day, the zone, the instants at which that turns, and how it stands before the first.
    for (rows, zone, from, turns) in [
        // Berlin goes from two to three: half past two is not there, so it opens at three.
        ("open 02:30 until 05:00", ZONES[0], "2026-03-28T22:00Z", &["2026-03-29T01:00Z", "2026-03-29T03:00Z"][..]),
        ("open 01:00 until 02:30", ZONES[0], "2026-03-28T22:00Z", &["2026-03-29T00:00Z", "2026-03-29T01:00Z"]),
        ("open 02:10 until 02:50", ZONES[0], "2026-03-28T22:00Z", &[]),
        // And back from three to two: both passes answer alike.
        (
            "open 02:30 until 05:00",
            ZONES[0],
            "2026-10-24T22:00Z",
            &["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T04:00Z"],
        ),
        ("open 02:00 until 03:00", ZONES[0], "2026-10-24T22:00Z", &["2026-10-25T00:00Z", "2026-10-25T02:00Z"]),
        // New York at two in the night of another sunday.
        ("open 02:30 until 05:00", ZONES[1], "2026-03-08T04:00Z", &["2026-03-08T07:00Z", "2026-03-08T09:00Z"]),
        (
            "open 00:30 until 01:30",
            ZONES[1],
            "2026-11-01T03:50Z",
            &["2026-11-01T04:30Z", "2026-11-01T05:30Z", "2026-11-01T06:00Z", "2026-11-01T06:30Z"],
        ),
        // Dubai never sets its clocks.
        ("open 02:30 until 05:00", ZONES[2], "2026-03-28T21:00Z", &["2026-03-28T22:30Z", "2026-03-29T01:00Z"]),
        // Lord Howe shifts by half an hour: from two to half past two, and from two to half past one.
        ("open 02:15 until 03:00", ZONES[3], "2026-10-03T14:00Z", &["2026-10-03T15:30Z", "2026-10-03T16:00Z"]),
        (
            "open 01:45 until 03:00",
            ZONES[3],
            "2026-04-04T13:00Z",
            &["2026-04-04T14:45Z", "2026-04-04T15:00Z", "2026-04-04T15:15Z", "2026-04-04T16:30Z"],
        ),
        // Over midnight it belongs to the day on which it opens.
        ("open sat 22:00 until 03:30", ZONES[0], "2026-03-28T20:00Z", &["2026-03-28T21:00Z", "2026-03-29T01:30Z"]),
    ] {
        let rules = shop(rows, "drop");
        let turns: Vec<Instant> = turns.iter().map(|turn| at(turn)).collect();
        let from = at(from);
        let end = turns.last().map_or(Instant(from.0 + 8 * HOUR), |last| Instant(last.0 + HOUR));
        let mut now = from;
        while now < end {
            let expected = turns.iter().filter(|turn| **turn <= now).count() % 2 == 1;
            assert_eq!(open(&rules, zone, now), expected, "{rows} in {zone} at {}", show_instant(now));
            now = Instant(now.0 + 7 * SECOND);
        }
        for turn in &turns {
            for near in [-SECOND, -1, 0, 1, SECOND] {
                let now = Instant(turn.0 + near);
                let expected = turns.iter().filter(|turn| **turn <= now).count() % 2 == 1;
                assert_eq!(open(&rules, zone, now), expected, "{rows} in {zone} at {}", show_instant(now));
            }
        }
    }
}

/// A second across every turn of half a year changes the answer exactly as the wall clock does, and nowhere else does it
/// change.
#[test]
fn nothing_flips_but_at_turns() {
    for rows in ["open mon to fri 09:00 until 17:30  open sat 22:00 until 02:15", "open 02:15 until 02:45"] {
        let rules = shop(rows, "drop");
        let window = &rules.windows[0];
        for zone in ZONES {
            let clock = Zone::named(zone).unwrap();
            let shows = |now: Instant| {
                let shown = clock.clock(now);
                window.is_open(shown, |_| true)
            };
            let mut last = at("2026-02-20T00:00Z");
            for turn in clock.turns(last, at("2026-04-10T00:00Z"), &window.times()) {
                let before = Instant(turn.0 - SECOND);
                assert_eq!(open(&rules, zone, before), shows(before));
                assert_eq!(open(&rules, zone, turn), shows(turn), "{rows} in {zone} at {}", show_instant(turn));
                assert_eq!(open(&rules, zone, last), open(&rules, zone, Instant(turn.0 - 1)), "nothing in between");
                last = turn;
            }
        }
    }
}

#[test]
fn a_hold_ends_where_a_fresh_decision_shows_it_and_not_a_microsecond_earlier() {
    let shops = [
        ("open mon to fri 09:00 until 17:30  open sat 10:00 until 14:00", "hold at most 30 hours"),
        ("open 02:15 until 02:45", "hold at most 20 hours"),
        ("open fri 22:00 until 06:00", "hold at most 200 hours"),
        ("open 08:00 until 20:00  open 10:00 until 18:00 when young", "hold"),
    ];
    let (mut held, mut late, mut expired) = (0, 0, 0);
    for (rows, outside) in shops {
        let rules = shop(rows, outside);
        let young = rules.attribute_named("young").unwrap();
        for zone in ZONES {
            let mut now = at("2026-03-26T00:00Z");
            while now < at("2026-04-07T00:00Z") {
                now = Instant(now.0 + 3 * HOUR + 41 * 60 * SECOND + 1);
                let mut facts = somebody(&rules, zone, now);
                facts.set(young, Fact::Known(Value::YesNo(now.0 % 2 == 0), None));
                let frame = gather(&rules, &facts);
                let Decision { outcome, .. } = decide(&rules, &frame, SlotId(0));
                match outcome {
                    Outcome::Holds { until, .. } => {
                        held += 1;
                        assert!(!window_is_open(&rules, &frame, WindowId(0)));
                        // Everything between stays closed; at the release a fresh decision shows it.
                        let mut between = now;
                        while between < until {
                            assert!(!window_is_open(&rules, &frame.at(&rules, between), WindowId(0)));
                            between = Instant(between.0 + 11 * 60 * SECOND);
                        }
                        let shows = |now: Instant| {
                            let facts = Facts { now, ..facts.clone() };
                            matches!(decide(&rules, &gather(&rules, &facts), SlotId(0)).outcome, Outcome::Shows(of)
                                if rules[of].name == "sale")
                        };
                        assert!(shows(until), "{rows} in {zone} from {} to {}", show_instant(now), show_instant(until));
                        assert!(!shows(Instant(until.0 - 1)));
                    }
                    Outcome::Shows(of) if rules[of].name == "sale" => {
                        assert!(window_is_open(&rules, &frame, WindowId(0)));
                    }
                    Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Nothing => {
                        use crate::eval::{Dropped, passed_over};
                        match &passed_over(&rules, &frame, SlotId(0))[..] {
                            [(_, Dropped::HoldLimit(..))] => late += 1,
                            [(_, Dropped::Expired)] => expired += 1,
                            other => panic!("{other:?}"),
                        }
                    }
                }
            }
        }
    }
    assert!(held > 300 && late > 50 && expired > 10, "{held} held, {late} too late, {expired} expired");
}

const CART: &str = "
purpose offers \"Sell\" { basis legitimate interest \"LIA\"  direct marketing }
customer { id: text key  home: zone  cart_at: time  cart: decimal(2) from 0 to 10000 }
offer cart_push { class marketing }
offer story { class service }
slot push on web { accepts service, marketing  fallback nothing }
window quiet_hours {
  zone    home
  open    08:00 until 22:00
  on      class marketing
  outside hold
}
rule cart_push in push {
  when     cart is at least 30
  when     cart_at is from 1 to 24 hours old
  needs    offers
  expires  24 hours after cart_at
  priority 10
  show     cart_push
}
persona shopper { now 2026-03-28T21:30Z  given { id: \"c1\", cart: 55, home: \"Europe/Paris\" } }

test \"S1 A: the night is one hour shorter\" {
  as     shopper
  given  { cart_at: 2026-03-28T19:00Z }
  expect push holds cart_push until 2026-03-29T06:00Z because cart_push
}
test \"S1 B: it would be older than a day when quiet ends\" {
  as     shopper
  given  { cart: 80, cart_at: 2026-03-28T05:45Z }
  expect push gives nothing
  expect push passes over cart_push because expired
  expect push passes over cart_push because \"24 hours after cart_at, before it may be let go\"
}
test \"S1 C: in London it is half past nine\" {
  as     shopper
  given  { home: \"Europe/London\", cart_at: 2026-03-28T20:00Z }
  expect push shows cart_push
}
test \"a second earlier it would still have been in time\" {
  as     shopper
  given  { cart_at: 2026-03-28T06:00:01Z }
  expect push holds cart_push until 2026-03-29T06:00Z
}
test \"exactly a day old is over\" {
  as     shopper
  given  { cart_at: 2026-03-28T06:00Z }
  expect push passes over cart_push because expired
}
test \"nobody knows the customer's clock\" {
  as     shopper
  given  { home: missing, cart_at: 2026-03-28T19:00Z }
  expect push passes over cart_push because quiet_hours
  expect push passes over cart_push because \"nobody knows the customer's time zone\"
}
";

#[test]
fn a_cart_over_the_night_of_summer_time() {
    rules(CART);
}

const ROAMING: &str = "
purpose offers \"Sell\" { basis consent  direct marketing }
customer { id: text key  home: zone  visited: zone fresh 2 hours }
offer roaming_pass { class marketing }
slot sms on web { accepts marketing  fallback nothing }
window quiet_hours {
  zone    visited else home
  open    09:00 until 20:00
  on      class marketing
  outside hold at most 12 hours
}
rule roaming_pass in sms { needs offers  show roaming_pass }
persona traveller {
  now     2026-07-10T18:30Z
  given   { id: \"c1\", home: \"Europe/Madrid\" }
  consent offers granted
}
test \"S10 A: in Dubai, located lately\" {
  as     traveller
  given  { visited: \"Asia/Dubai\" as of 2026-07-10T18:20Z }
  expect sms holds roaming_pass until 2026-07-11T05:00Z
}
test \"S10 B: in New York it is afternoon\" {
  as     traveller
  given  { visited: \"America/New_York\" as of 2026-07-10T18:25Z }
  expect sms shows roaming_pass
}
test \"S10 C: where they were is too long ago, and at home it is quiet for twelve and a half hours\" {
  as     traveller
  given  { visited: \"America/New_York\" as of 2026-07-10T15:00Z }
  expect sms gives nothing
  expect sms passes over roaming_pass because \"hold limit\"
}
test \"twelve hours to the second are not too long\" {
  as     traveller
  now    2026-07-10T19:00Z
  given  { visited: missing }
  expect sms holds roaming_pass until 2026-07-11T07:00Z
}
test \"a second more is\" {
  as     traveller
  now    2026-07-10T18:59:59Z
  given  { visited: missing }
  expect sms passes over roaming_pass because \"hold limit\"
}
";

#[test]
fn a_pass_for_the_zone_that_is_known_lately() {
    rules(ROAMING);
}

const EVERY: &str = "
purpose offers \"Sell\" { basis consent  direct marketing }
customer { id: text key  home: zone  tier: one of [silver, gold]  told: time  chance: decimal(2) from 0 to 1 }
offer call { class marketing  tags calls }
offer club { class lifecycle }
offer help { class service  tags calls }
offer alarm { class critical }
slot phone on web { accepts critical, service, lifecycle, marketing  fallback nothing }
window office {
  zone    home else every of [\"Europe/Berlin\", \"America/New_York\"]
  open    mon to fri 09:00 until 18:00
  open    mon to fri 10:00 until 16:00 when tier is known and tier is silver
  on      tag calls
  outside drop
}
rule call in phone { priority 10  needs offers  show call }
persona c { now 2026-06-15T14:00Z  given { id: \"c1\" }  consent offers granted }

test \"where nobody knows the zone both must be open\" {
  as     c
  cases  now, home, tier, expect phone
  row    2026-06-15T13:00Z, missing, missing, shows call
  row    2026-06-15T12:59:59Z, missing, missing, passes over call because office
  row    2026-06-15T15:59:59Z, missing, missing, shows call
  row    2026-06-15T16:00Z, missing, missing, passes over call because office
  row    2026-06-15T16:00Z, \"America/New_York\", missing, shows call
  row    2026-06-15T07:00Z, \"Europe/Berlin\", gold, shows call
  row    2026-06-15T07:00Z, \"Europe/Berlin\", missing, shows call
  row    2026-06-15T07:00Z, \"Europe/Berlin\", silver, passes over call because office
  row    2026-06-15T08:00Z, \"Europe/Berlin\", silver, shows call
  row    2026-06-20T10:00Z, \"Europe/Berlin\", gold, passes over call because \"sat 12:00 in Europe/Berlin\"
  row    2026-06-21T22:30Z, \"Asia/Dubai\", gold, passes over call because \"mon 02:30 in Asia/Dubai\"
}
";

#[test]
fn every_zone_must_be_open_and_rows_only_narrow() {
    rules(EVERY);
}

const AGAIN: &str = "
purpose offers \"Sell\" { basis consent  direct marketing }
defaults { horizon 30 days }
customer {
  id:      text key
  ordered: time
  secret:  time  hidden
  masked:  time  needs offers
  held:    yes or no
  home:    text  hidden
}
offer a { class marketing }
offer b { class marketing  active from 2026-06-20 }
offer c { class marketing }
slot age on web { accepts marketing  fallback nothing }
slot dates on web { accepts marketing  fallback nothing }
slot caps on web { accepts marketing  fallback nothing }
slot kept on web { accepts marketing  fallback nothing }
slot gone on web { accepts marketing  fallback nothing }
slot homes on web { accepts marketing  fallback nothing }
rule ripe in age { needs offers  priority 2  when ordered is more than 10 days old  show a }
rule young in age { needs offers  priority 1  when ordered is from 40 to 90 days old  show c }
rule soon in dates { needs offers  show b }
rule often in caps { needs offers  cap at most 2 shown in any 7 days per customer  show c }
rule blind in kept { needs offers  priority 2  when secret is more than 10 days old  show a }
rule closed in kept { needs offers  priority 1  when masked is more than 10 days old  show c }
window never_wait { zone \"UTC\"  open 09:00 until 10:00  on rule late  outside drop }
rule late in gone { needs offers  show a }
rule family in homes { needs offers  cap at most 1 shown in any 7 days per home  show c }
persona c1 { now 2026-06-15T12:00Z  given { id: \"c1\" }  consent offers granted }

test \"an age\" {
  as     c1
  given  { ordered: 2026-06-10T08:00Z }
  expect age gives nothing until 2026-06-20T08:00:00.000001Z
}
test \"the earliest of two\" {
  as     c1
  given  { ordered: 2026-05-20T08:00Z }
  now    2026-05-21T00:00Z
  expect age gives nothing until 2026-05-30T08:00:00.000001Z
}
test \"beyond the horizon nothing is said\" {
  as     c1
  given  { ordered: 2026-09-01T00:00Z }
  expect age gives nothing
}
test \"dates\" {
  as     c1
  expect dates gives nothing until 2026-06-20T00:00Z
}
test \"a cap is free when the second newest leaves\" {
  as      c1
  history shown of c at 2026-06-09T00:00Z, 2026-06-10T00:00Z, 2026-06-11T00:00Z
  expect  caps gives nothing until 2026-06-17T00:00Z
}
test \"nothing is told of what is hidden\" {
  as     c1
  given  { secret: 2026-06-10T08:00Z, masked: 2026-06-10T08:00Z }
  expect kept gives nothing until 2026-06-20T08:00:00.000001Z
}
test \"nothing is told of whose events they are where that is hidden\" {
  as      c1
  given   { home: \"h1\" }
  history shown of c at 2026-06-11T00:00Z
  expect  homes passes over family because \"capped\"
  expect  homes gives nothing
}
test \"a window that drops is final\" {
  as     c1
  expect gone gives nothing
  expect gone passes over late because never_wait
}
";

#[test]
fn when_to_ask_again() {
    let rules = rules(AGAIN);
    let again = |slot: &str, set: &[(&str, &str)], granted: bool| {
        let mut facts = Facts::nothing(&rules, at("2026-06-15T12:00Z"));
        facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c1".into()), None));
        for (name, time) in set {
            facts.set(rules.attribute_named(name).unwrap(), Fact::Known(Value::Time(at(time)), None));
        }
        if granted {
            let record = crate::frame::ConsentRecord::granted(facts.now);
            facts.set_consent(rules.purpose_named("offers").unwrap(), record);
        }
        decide(&rules, &gather(&rules, &facts), rules.slot_named(slot).unwrap()).again
    };
    assert_eq!(again("kept", &[("secret", "2026-06-10T08:00Z")], true), None, "hidden");
    assert_eq!(again("kept", &[("masked", "2026-06-10T08:00Z")], false), None, "closed");
    assert_eq!(again("gone", &[], true), None, "dropped for good");
    assert_eq!(again("age", &[("ordered", "2026-09-01T00:00Z")], true), None, "beyond the horizon");
    assert_eq!(again("age", &[], true), None, "time does not make known what is not");
    let of_homes = compile(SourceSet::single("again.rules", AGAIN).0);
    let of_homes =
        of_homes.program.tests.iter().find(|test| test.name.starts_with("nothing is told of whose")).unwrap();
    let decided = decide(&rules, &gather(&rules, &of_homes.facts), rules.slot_named("homes").unwrap());
    assert_eq!(decided.again, None, "it hangs on a hidden home");
}

/// A hold has its place: nothing lower overtakes it, and its offer is taken for the rest of the request.
#[test]
fn a_hold_belongs_to_the_winner() {
    let rules = rules(
        "purpose offers \"Sell\" { basis legitimate interest \"LIA\"  direct marketing }
        customer { id: text key }
        offer sale { class marketing }
        offer other { class marketing }
        offer story { class service }
        slot hero on web { accepts service, marketing  fallback story }
        slot foot on web { accepts service, marketing  fallback story }
        window hours { zone \"UTC\"  open 09:00 until 17:00  on offer sale  outside hold at most 24 hours }
        rule first in hero { priority 2  show sale }
        rule second in hero { priority 1  show other }
        rule third in foot { show sale }
        persona p { now 2026-06-15T20:00Z  given { id: \"c1\" } }
        test \"the better one waits\" {
          as     p
          expect hero holds sale until 2026-06-16T09:00Z because first
          expect hero passes over second because \"priority: 2 against 1\"
        }",
    );
    let mut facts = Facts::nothing(&rules, at("2026-06-15T20:00Z"));
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c1".into()), None));
    let frame = gather(&rules, &facts);
    let slots = ["hero", "foot"].map(|name| rules.slot_named(name).unwrap());
    let decided = crate::eval::decide_all(&rules, &frame, &slots);
    assert!(matches!(decided[0].outcome, Outcome::Holds { .. }));
    assert!(matches!(decided[1].outcome, Outcome::Shows(of) if rules[of].name == "story"), "{decided:?}");
}

const WAYS: &str = "
purpose offers \"Sell\" { basis legitimate interest \"LIA\"  direct marketing }
customer { id: text key }
channel push  { needs offers  allowed when permission.push is full }
channel phone { needs offers  allowed when permission.phone is full }
offer sale { class marketing }
offer club { class marketing }
offer hall { class marketing }
window midday   { zone \"Europe/Berlin\"  open 10:00 until 12:00  on channel push  outside hold at most 30 hours }
window phones   { zone \"Europe/Berlin\"  open 18:00 until 02:00  on channel phone  outside next channel }
window shopping { zone \"Europe/Berlin\"  open 08:00 until 19:00  on offer sale  outside hold at most 15 hours }
window evening  { zone \"Europe/Berlin\"  open 18:00 until 19:00  on offer club  outside hold at most 30 hours }
window events   { zone \"Europe/Berlin\"  open 08:00 until 19:00  on offer hall  outside hold at most 10 hours }
slot inbox by push { accepts marketing  fallback nothing }
slot bell by phone { accepts marketing  fallback nothing }
slot page on web   { accepts marketing  fallback nothing }
rule sale in inbox { send sale }
rule ring in bell  { send club }
rule first in page  { priority 90  show hall }
rule second in page { priority 10  show club }
persona anna { given { id: \"a\" }  permission push full, phone full }

test \"its own hours close and open again while it waits for its channel\" {
  as    anna
  cases now, expect inbox
  row   2026-11-23T15:00Z, holds sale until 2026-11-24T09:00Z
  row   2026-11-23T17:59Z, holds sale until 2026-11-24T09:00Z
  row   2026-11-23T18:00Z, holds sale until 2026-11-24T09:00Z
}
test \"asked on the way, the same is promised\" {
  as    anna
  held  sale since 2026-11-23T15:00Z
  cases now, expect inbox
  row   2026-11-23T18:00Z, holds sale until 2026-11-24T09:00Z
  row   2026-11-24T02:00Z, holds sale until 2026-11-24T09:00Z
  row   2026-11-24T09:00Z, sends sale by push
}
test \"held since the evening before, it is in time for its channel\" {
  as    anna
  held  sale since 2026-11-22T19:00Z
  cases now, expect inbox
  row   2026-11-23T06:00Z, holds sale until 2026-11-23T09:00Z
}
";

#[test]
fn what_waits_for_its_channel_is_not_late_for_its_own_hours_on_the_way() {
    rules(WAYS);
}

/// What no channel carries at this hour is not held at this hour, though it was before (R36); when to ask is the same.
#[test]
fn what_was_held_needs_a_channel_whenever_it_is_decided() {
    let tests = "
test \"the telephone carries it, and it waits\" {
  as    anna
  cases now, expect bell
  row   2026-11-23T22:00Z, holds club until 2026-11-24T17:00Z
}
test \"the telephone is silent\" {
  as    anna
  held  club since 2026-11-23T22:00Z
  cases now, expect bell
  row   2026-11-24T00:59Z, holds club until 2026-11-24T17:00Z
  row   2026-11-24T01:00Z, gives nothing until 2026-11-24T17:00Z
  row   2026-11-24T17:00Z, sends club by phone
}";
    rules(&format!("{WAYS}{tests}"));
}

/// A hold limit is asked of every decision anew: who asks again hears what is best then, whatever is held (R10).
#[test]
fn what_was_too_late_is_held_by_a_later_decision() {
    let tests = "
test \"too late, so the next is held\" {
  as    anna
  cases now, expect page
  row   2026-11-23T20:00Z, holds club until 2026-11-24T17:00Z
  row   2026-11-23T20:00Z, passes over first because \"hold limit\"
}
test \"in time, and before what is held\" {
  as    anna
  held  club since 2026-11-23T20:00Z
  cases now, expect page
  row   2026-11-23T20:59Z, holds club until 2026-11-24T17:00Z
  row   2026-11-23T21:00Z, holds hall until 2026-11-24T07:00Z
}";
    rules(&format!("{WAYS}{tests}"));
}
