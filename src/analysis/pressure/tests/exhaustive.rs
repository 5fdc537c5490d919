//! The bound against the truth: small programmes whose every course is tried out with the reference evaluator.
//!
//! The simulation knows nothing of the bound: it keeps a history, gathers a frame, and asks the evaluator of every slot for
//! every customer there can be (each yes or no, each permission); whatever is sent happens, and time goes on by a step. All
//! periods of a programme are whole numbers of steps, so a course can be pushed together until everything happens on a
//! step; where a calendar cuts the day, the stretch begins on a step and half a step off it, at every hour that makes a
//! difference. Before the stretch lies as much time as any window is long, in which anything may happen too.

use std::collections::{BTreeMap, HashMap};

use super::super::{Rolling, Scope, pressure};
use crate::analysis::{Options, testing};
use crate::eval::decide;
use crate::frame::{Fact, Facts, Happened, Outcome, Reserved, Stamp, brought_about, gather, stamp};
use crate::model::{CapKind, CapUnit, CapWindow, ChannelId, RuleSet, SlotId};
use crate::value::{Consent, Datum, Instant, Period, Permission, Unit, Value};

const HOUR: i64 = 3_600_000_000;
/// States beyond which a programme is too large to be tried out.
const MOST_STATES: usize = 12_000;

/// More at one time than this is too much as well.
const MOST_SENT: usize = 40;

/// Numbers that look like chance, the same on every machine.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % most as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn in_ten(&mut self, times: usize) -> bool {
        self.below(10) < times
    }
}

/// A programme with the stretch in which it is looked at.
struct Small {
    text: String,
    stretch: Rolling,
    step: i64,
    has_calendar: bool,
}

fn small(draw: &mut Draw) -> Small {
    let (stretch, step, unit) =
        if draw.in_ten(6) { (Rolling::Day, 6 * HOUR, 6) } else { (Rolling::Week, 24 * HOUR, 24) };
    let period = |draw: &mut Draw, most: usize| format!("{} hours", (1 + draw.below(most)) * unit);
    let has_calendar = stretch == Rolling::Day && draw.in_ten(2);
    let rules = 1 + draw.below(3);
    let slots = 1 + draw.below(2);
    let mut text = "customer { id: text key  household: text  f0: yes or no  f1: yes or no  f2: yes or no }\n\
        purpose ads \"Ads\" { basis consent  direct marketing }\n\
        channel c0 { needs ads  allowed when permission.c0 is full }\n\
        channel c1 { needs ads  allowed when permission.c1 is full }\n"
        .to_owned();
    for (slot, ways) in [draw.one(&["c0", "c0, c1", "c1, c0"]), "c1"].iter().enumerate().take(slots) {
        text.push_str(&format!("slot s{slot} by {ways} {{ accepts marketing, lifecycle  fallback nothing }}\n"));
    }
    for rule in 0..rules {
        let tag = if rule == 0 { "t0" } else { draw.one(&["t0", "t1"]) };
        text.push_str(&format!("offer o{rule} {{ class marketing  tags {tag} }}\n"));
        let when = if draw.in_ten(8) { format!("when f{rule}") } else { String::new() };
        let cap = if draw.in_ten(5) {
            let then = draw.one(&["", "then next", "then next"]);
            format!("cap at most {} sent in any {} per customer {then}", 1 + draw.below(2), period(draw, 3))
        } else {
            String::new()
        };
        let slot = draw.below(slots);
        let priority = 9 - rule;
        text.push_str(&format!(
            "rule r{rule} in s{slot} {{ {when}  needs ads  priority {priority}  send o{rule}  {cap} }}\n"
        ));
    }
    let then = draw.one(&["", "then next", "then next"]);
    let besides = match draw.below(6) {
        0 => "exempt offer o0",
        1 => "uncounted offer o0",
        2 => "exempt offer o0 uncounted offer o0",
        _ => "",
    };
    let unit = draw.one(&["customer", "customer", "household", "everybody"]);
    let number = 1 + draw.below(3);
    text.push_str(&format!(
        "cap all {{ at most {number} sent in any {} per {unit} on class marketing {then} {besides} }}\n",
        period(draw, 3)
    ));
    let kinds = draw.below(4).max(usize::from(has_calendar));
    for extra in 0..kinds {
        let target = draw.one(&["tag t0", "class marketing", "channel c0", "offer o0", "channel c1"]);
        let then = if draw.in_ten(7) { "then next" } else { "" };
        let number = 1 + draw.below(3);
        let one = match if has_calendar && extra == 0 { 3 } else { draw.below(7) } {
            0 => format!("gap g{extra} {{ at least {} apart per customer on {target} {then} }}", period(draw, 2)),
            1 => format!(
                "pause p{extra} {{ for {} after {number} sent in any {} per customer on {target} {then} }}",
                period(draw, 3),
                period(draw, 2)
            ),
            2 if !target.starts_with("channel") => {
                format!("block k{extra} {{ for {} after sent of o0 on {target} }}", period(draw, 2))
            }
            3 if has_calendar => format!(
                "cap y{extra} {{ at most {number} sent in each calendar day in \"UTC\" per customer on {target} {then} }}"
            ),
            4 => format!("cap e{extra} {{ at most {} sent ever per customer on {target} {then} }}", 2 + number),
            5 => format!(
                "cap x{extra} {{ at most {number} clicked ever per customer on {target} reserve {} {then} }}",
                period(draw, 2)
            ),
            _ => format!(
                "cap w{extra} {{ at most {number} sent in any {} per {} on {target} {then} }}",
                period(draw, 3),
                draw.one(&["customer", "household"])
            ),
        };
        text.push_str(&one);
        text.push('\n');
    }
    let has_calendar = text.contains("calendar");
    Small { text, stretch, step, has_calendar }
}

/// What has happened: the step, and which of the things that can be sent.
type Past = Vec<(i64, usize)>;

/// Every course of a programme.
struct Courses<'r> {
    rules: &'r RuleSet,
    scope: Scope,
    /// The first instant, and how long a step is.
    begin: i64,
    step: i64,
    /// The first step that counts, and the one that no longer does.
    counts: (i64, i64),
    /// In steps, how long something plays a part; forever where some cap counts `ever`.
    matters: Option<i64>,
    sent: Vec<(Stamp, bool)>,
    known: HashMap<(i64, Past), u64>,
    too_large: bool,
}

impl Courses<'_> {
    /// The most that still counts from here.
    fn most(&mut self, at: i64, past: &Past) -> u64 {
        if at >= self.counts.1 || self.too_large {
            return 0;
        }
        let key = (at, past.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if self.known.len() > MOST_STATES || past.len() > MOST_SENT {
            self.too_large = true;
            return 0;
        }
        let mut best = {
            let next = at + 1;
            let kept: Past = past
                .iter()
                .copied()
                .filter(|(then, _)| self.matters.is_none_or(|matters| next - then < matters))
                .collect();
            self.most(next, &kept)
        };
        for sent in self.can_be_sent(at, past) {
            let counts = at >= self.counts.0 && self.sent[sent].1;
            let mut then = past.clone();
            then.push((at, sent));
            then.sort_unstable();
            best = best.max(u64::from(counts) + self.most(at, &then));
        }
        self.known.insert(key, best);
        best
    }

    /// All that the evaluator can be made to send now.
    fn can_be_sent(&mut self, at: i64, past: &Past) -> Vec<usize> {
        let rules = self.rules;
        let now = Instant(self.begin + at * self.step);
        let mut facts = Facts::nothing(rules, now);
        for name in ["id", "household"] {
            facts.set(rules.attribute_named(name).unwrap(), Fact::Known(Value::Text("x".into()), None));
        }
        facts.set_consent(rules.purpose_named("ads").unwrap(), crate::frame::ConsentRecord::of(Consent::Granted));
        for (then, sent) in past {
            let (stamp, then) = (&self.sent[*sent].0, Instant(self.begin + then * self.step));
            let brings = brought_about(stamp);
            facts.history.extend(brings.map(|event| Happened::plain(event, then, stamp.clone())));
            let (brings, confirmed) = (brings.to_vec(), brings.to_vec());
            facts.reserved.push(Reserved { at: then, stamp: stamp.clone(), brings, confirmed, times: 1 });
        }
        let mut frame = gather(rules, &facts);
        let flags = ["f0", "f1", "f2"].map(|name| rules.attribute_named(name).unwrap());
        let mut found = Vec::new();
        for bits in 0..32_usize {
            for (place, flag) in flags.iter().enumerate() {
                frame.attributes[flag.index()] = Datum::Known(Value::YesNo(bits >> place & 1 == 1));
            }
            for channel in 0..2 {
                let full = bits >> (3 + channel) & 1 == 1;
                frame.permissions[channel] = if full { Permission::Full } else { Permission::Denied };
            }
            for slot in 0..rules.slots.len() {
                let decision = decide(rules, &frame, SlotId::from_index(slot));
                let Outcome::Sends { channel, offer, .. } = decision.outcome else { continue };
                let stamp = stamp(rules, &decision).unwrap();
                let counts = match self.scope {
                    Scope::Total => true,
                    Scope::Class(class) => rules[offer].class == class,
                    Scope::Channel(of) => channel == of,
                    Scope::Places(_) => false,
                };
                let known = self.sent.iter().position(|(other, _)| *other == stamp);
                let place = known.unwrap_or_else(|| {
                    self.sent.push((stamp, counts));
                    self.sent.len() - 1
                });
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
        found
    }
}

/// The truth; nothing where there are too many courses.
fn truth(rules: &RuleSet, small: &Small, scope: Scope) -> Option<u64> {
    let midnight = 1_780_272_000_000_000; // 2026-06-01T00:00Z
    let mut longest = 0;
    let mut ever = false;
    for cap in &rules.caps {
        let length = |period: Period| period.unit.microseconds().unwrap() * i64::from(period.count);
        longest = longest.max(match cap.window {
            CapWindow::Rolling(period) => length(period),
            CapWindow::Ever => 0,
            CapWindow::Calendar(_) => 24 * HOUR,
        });
        longest = longest.max(match &cap.kind {
            CapKind::Cap | CapKind::Gap => 0,
            CapKind::Pause { length: pause, .. } => {
                length(*pause) + if let CapWindow::Rolling(window) = cap.window { length(window) } else { 0 }
            }
            CapKind::Block { length: block } => length(*block),
        });
        longest = longest.max(cap.reserve.map_or(0, length));
        ever |= matches!((cap.window, &cap.kind), (CapWindow::Ever, CapKind::Cap)) && cap.reserve.is_none();
    }
    // On a step and half a step off it.
    let starts: Vec<(i64, i64)> = if small.has_calendar {
        (0..8).map(|half| (midnight + half * small.step / 2, small.step / 2)).collect()
    } else {
        vec![(midnight, small.step)]
    };
    let mut best = 0;
    for (start, step) in starts {
        let before = if small.has_calendar { 0 } else { (longest / step).min(3) };
        let length = small.stretch.length() / step;
        let mut courses = Courses {
            rules,
            scope,
            begin: start - before * step,
            step,
            counts: (before, before + length),
            matters: (!ever).then_some(longest / step),
            sent: Vec::new(),
            known: HashMap::new(),
            too_large: false,
        };
        best = best.max(courses.most(0, &Vec::new()));
        if courses.too_large {
            return None;
        }
    }
    Some(best)
}

/// The same rules with something about a cap that a bound could get wrong: the comparison below must see it.
fn wrong_in(rules: &RuleSet, how: usize) -> RuleSet {
    let mut wrong = rules.clone();
    for cap in &mut wrong.caps {
        match how {
            // One too few.
            0 => cap.at_most = (cap.at_most - 1).max(1),
            // Windows of twice the length, as if a stretch held half as many.
            1 => {
                if let CapWindow::Rolling(period) = &mut cap.window {
                    period.count *= 2;
                }
            }
            // What is not counted is.
            2 => cap.uncounted.clear(),
            // A day is never cut.
            _ => {
                if let CapWindow::Calendar(_) = cap.window {
                    cap.window = CapWindow::Rolling(Period { count: 24, unit: Unit::Hour });
                    cap.zone = None;
                }
            }
        }
    }
    wrong
}

#[test]
fn no_bound_is_below_the_truth_and_nearly_all_are_it() {
    let wanted: usize =
        std::env::var("CATER_PRESSURE_PROGRAMMES").ok().and_then(|many| many.parse().ok()).unwrap_or(200);
    let mut draw = Draw(std::env::var("CATER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut compared, mut equal, mut reached, mut too_large) = (0_usize, 0, 0, 0);
    let mut apart: Vec<String> = Vec::new();
    let mut caught = [0_usize; 4];
    while compared < wanted && too_large < wanted * 4 {
        let small = small(&mut draw);
        let rules = testing::rules(&small.text);
        let scope = [Scope::Total, Scope::Total, Scope::Channel(ChannelId::from_index(1))][draw.below(3)];
        let found = pressure(&rules, &Options::default());
        let figures = found.figures.iter().find(|figures| figures.scope == scope);
        // What has no limit has no end.
        if figures.is_some_and(|figures| !figures.unlimited.is_empty()) {
            *seen.entry("unlimited").or_default() += 1;
            continue;
        }
        let Some(truth) = truth(&rules, &small, scope) else {
            too_large += 1;
            continue;
        };
        let Some(figures) = figures else {
            assert_eq!(truth, 0, "nothing can come, and {truth} do:\n{}", small.text);
            continue;
        };
        let figure = figures.of(small.stretch);
        let (most, shown) = (figure.at_most, figure.at_least);
        assert!(most >= truth, "at most {most}, and {truth} come in {scope:?}:\n{}", small.text);
        assert!(shown <= truth, "{shown} are shown, and {truth} come in {scope:?}:\n{}", small.text);
        compared += 1;
        for (how, caught) in caught.iter_mut().enumerate().filter(|_| compared <= 120) {
            let wrong = pressure(&wrong_in(&rules, how), &Options::default());
            let figure =
                wrong.figures.iter().find(|figures| figures.scope == scope).map(|all| all.of(small.stretch).at_most);
            *caught += usize::from(figure.is_some_and(|most| most < truth));
        }
        equal += usize::from(most == truth);
        reached += usize::from(shown == truth);
        if most != truth {
            apart.push(format!(
                "{scope:?}: at most {most}, truly {truth}, shown {shown} {:?}\n{}",
                figure.gap, small.text
            ));
        }
        for cap in &rules.caps {
            let mut note = |what| *seen.entry(what).or_default() += 1;
            match (&cap.kind, cap.window) {
                (CapKind::Cap, CapWindow::Rolling(_)) => note("rolling"),
                (CapKind::Cap, CapWindow::Ever) if cap.reserve.is_some() => note("reserved"),
                (CapKind::Cap, CapWindow::Ever) => note("ever"),
                (CapKind::Cap, CapWindow::Calendar(_)) => note("calendar"),
                (CapKind::Gap, _) => note("gap"),
                (CapKind::Pause { .. }, _) => note("pause"),
                (CapKind::Block { .. }, _) => note("block"),
            }
            match cap.unit {
                CapUnit::Customer => {}
                CapUnit::Everybody => note("everybody"),
                CapUnit::Attribute(_) => note("household"),
            }
            if !cap.exempt.is_empty() {
                note("exempt");
            }
            if !cap.uncounted.is_empty() {
                note("uncounted");
            }
        }
        for (what, is_so) in [
            ("two channels", rules.slots.iter().any(|slot| slot.channels.len() > 1)),
            ("two slots", rules.slots.len() > 1),
            ("day", small.stretch == Rolling::Day),
            ("week", small.stretch == Rolling::Week),
        ] {
            *seen.entry(what).or_default() += usize::from(is_so);
        }
    }
    println!(
        "{compared} programmes: the bound is the truth in {equal}, a schedule reaches it in {reached}; {too_large} too large; {seen:?}; bounds of wrong caps that were caught: {caught:?}"
    );
    if std::env::var_os("CATER_PRESSURE_APART").is_some() {
        println!("{}", apart.join("\n"));
    }
    for what in [
        "rolling",
        "ever",
        "calendar",
        "gap",
        "pause",
        "block",
        "reserved",
        "household",
        "everybody",
        "exempt",
        "uncounted",
        "two channels",
        "two slots",
        "day",
        "week",
    ] {
        assert!(seen.get(what).copied().unwrap_or_default() >= 5, "hardly any {what}: {seen:?}");
    }
    assert_eq!(compared, wanted);
    assert!(caught.iter().all(|caught| *caught > 0), "a bound that is too low is not seen: {caught:?}");
    assert!(
        equal * 100 >= compared * 95,
        "{equal} of {compared} are the truth, such as not:\n{}",
        apart[..2].join("\n")
    );
}
