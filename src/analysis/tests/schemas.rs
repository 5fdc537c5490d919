//! Random rule sets, small enough that every customer can be looked at.
//!
//! Given a number, writes a rule set in the language: a few attributes with few values, a purpose or two, one slot of
//! three to seven rules with nested conditions, dates, caps, substitutes, priorities that meet, and a fallback list.
//! The same number gives the same text.

use std::fmt::Write;

/// Numbers that look random: splitmix64.
pub(in crate::analysis) struct Dice(u64);

impl Dice {
    pub(in crate::analysis) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    pub(in crate::analysis) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(in crate::analysis) fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }

    /// True once in `n`.
    pub(in crate::analysis) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(in crate::analysis) fn of<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flag,
    Number,
    Small,
    Tier,
    Place,
    Things,
    Moment,
    Day,
}

struct Field {
    name: String,
    kind: Kind,
    /// The purpose it needs.
    needs: Option<usize>,
}

struct Writer {
    dice: Dice,
    calculations: bool,
    ranks: bool,
    /// There are windows, and neither times of customers nor caps that hold.
    windows: bool,
    /// The slot sends by these; none where it is a place.
    channels: usize,
    text: String,
    fields: Vec<Field>,
    /// Names and the purposes that whoever uses them must need.
    segments: Vec<(String, Vec<usize>)>,
    purposes: usize,
    /// The purposes that the condition being written needs.
    needed: Vec<usize>,
}

/// The instants that conditions and dates mention.
pub(super) const DATES: [&str; 3] = ["2026-03-01", "2026-03-11", "2026-04-01"];
/// The distances that conditions mention, in days.
pub(super) const DAYS: [u32; 2] = [10, 31];

/// A rule set; with `calculations`, some compare attributes with each other and divide.
pub(in crate::analysis) fn schema(seed: u64, calculations: bool) -> String {
    written(seed, calculations, false, false, false)
}

/// A rule set with a window or two, in one of three of a slot that sends.
pub(in crate::analysis) fn with_hours(seed: u64) -> String {
    written(seed, false, false, seed % 3 == 2, true)
}

/// A rule set whose slot sends by one to three channels.
pub(in crate::analysis) fn sending(seed: u64) -> String {
    written(seed, false, false, true, false)
}

/// A rule set with calculations in which rules of one class and priority rank, and a slot that has `ties`.
pub(in crate::analysis) fn ranked(seed: u64) -> String {
    written(seed, true, true, false, false)
}

fn written(seed: u64, calculations: bool, ranks: bool, sends: bool, windows: bool) -> String {
    let mut writer = Writer {
        dice: Dice::new(seed),
        calculations,
        ranks,
        windows,
        channels: 0,
        text: String::new(),
        fields: Vec::new(),
        segments: Vec::new(),
        purposes: 0,
        needed: Vec::new(),
    };
    writer.channels = if sends { 1 + writer.dice.below(3) } else { 0 };
    writer.declarations();
    writer.channel_declarations();
    if windows {
        writer.windows();
    }
    writer.slot();
    writer.text
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn declarations(&mut self) {
        self.purposes = self.dice.below(3);
        for at in 0..self.purposes {
            let basis = self.dice.of(&["consent", "consent", "legitimate interest \"L\""]);
            let marketing = if self.dice.one_in(2) { "  direct marketing" } else { "" };
            self.line(&format!("purpose p{at} \"P\" {{ basis {basis}{marketing} }}"));
        }
        let with_key = !self.dice.one_in(4);
        let count = 2 + self.dice.below(2);
        let (mut customer, mut moment) = (String::new(), String::new());
        if with_key {
            customer.push_str("  id: text key\n");
        }
        let mut has_time = self.windows;
        for at in 0..count {
            let kinds = [
                Kind::Flag,
                Kind::Flag,
                Kind::Number,
                Kind::Small,
                Kind::Tier,
                Kind::Place,
                Kind::Things,
                Kind::Moment,
                Kind::Day,
            ];
            let mut kind = kinds[self.dice.below(kinds.len())];
            if has_time && matches!(kind, Kind::Moment | Kind::Day) {
                kind = Kind::Flag;
            }
            has_time |= matches!(kind, Kind::Moment | Kind::Day);
            if self.calculations && !self.dice.one_in(4) {
                kind = Kind::Number;
            }
            let name = format!("x{at}");
            let needs = (self.purposes > 0 && self.dice.one_in(3)).then(|| self.dice.below(self.purposes));
            let (ty, defaults): (&str, &[&str]) = match kind {
                Kind::Flag => ("yes or no", &["yes", "no"]),
                Kind::Number => ("whole from 0 to 4", &["0", "2"]),
                Kind::Small => ("decimal(1) from 0 to 0.3", &["0.1"]),
                Kind::Tier => ("one of [m < n < o]", &["n"]),
                Kind::Place => ("text", &["\"u\""]),
                Kind::Things => ("set of text", &[]),
                Kind::Moment => ("time", &["2026-03-05T00:00Z"]),
                Kind::Day => ("date", &["2026-03-05"]),
            };
            let fresh = if self.dice.one_in(6) { "  fresh 3 days" } else { "" };
            let default = if self.dice.one_in(4) && !defaults.is_empty() {
                format!("  else {}", self.dice.of(defaults))
            } else {
                String::new()
            };
            let mask = needs.map(|purpose| format!("  needs p{purpose}")).unwrap_or_default();
            // A number with a range is never only where its mapping says so.
            let never = if kind == Kind::Number && self.dice.one_in(2) { "  -1 is never" } else { "" };
            let side = if self.dice.one_in(3) { &mut moment } else { &mut customer };
            writeln!(side, "  {name}: {ty}{never}{mask}{fresh}{default}").unwrap();
            self.fields.push(Field { name, kind, needs });
        }
        for (name, fields) in [("customer", customer), ("moment", moment)] {
            if !fields.is_empty() {
                self.line(&format!("{name} {{\n{fields}}}"));
            }
        }
        for at in 0..self.dice.below(2) {
            let condition = self.condition(2);
            let needed = std::mem::take(&mut self.needed);
            self.line(&format!("segment g{at} = {condition}"));
            self.segments.push((format!("g{at}"), needed));
        }
        for (offer, class) in [("a", "service"), ("b", "lifecycle"), ("c", "service"), ("d", "lifecycle")] {
            let tags = if offer == "d" || self.dice.one_in(3) { "  tags t" } else { "" };
            let active = self.active(6);
            let off = if self.dice.one_in(20) { "  off because \"x\"" } else { "" };
            self.line(&format!("offer {offer} {{ class {class}{tags}{active}{off} }}"));
        }
        if self.dice.one_in(4) {
            let on = if self.channels > 0 && self.text.len().is_multiple_of(2) { "channel k0" } else { "tag t" };
            let then = self.then(on == "tag t");
            self.line(&format!("cap pressure {{ at most 2 shown in any 20 days per customer on {on}{then} }}"));
        }
        if self.calculations {
            self.limits();
        }
        if self.dice.one_in(3) {
            self.line("slot other on web { accepts service, lifecycle  fallback nothing }");
            self.line("rule elsewhere in other { show c }");
        }
    }

    fn channel_declarations(&mut self) {
        for at in 0..self.channels {
            let mut body = String::new();
            for (word, once_in) in [("allowed", 2), ("reached", 3), ("silent", 4)] {
                if self.dice.one_in(once_in) {
                    let condition = if self.dice.one_in(2) { self.permission() } else { self.condition(1) };
                    write!(body, "  {word} when {condition}").unwrap();
                }
            }
            let mut needs = std::mem::take(&mut self.needed);
            if self.purposes > 0 && self.dice.one_in(2) {
                needs.push(self.dice.below(self.purposes));
            }
            needs.sort_unstable();
            needs.dedup();
            if !needs.is_empty() {
                let names: Vec<_> = needs.iter().map(|purpose| format!("p{purpose}")).collect();
                write!(body, "  needs {}", names.join(", ")).unwrap();
            }
            self.line(&format!("channel k{at} {{{body} }}"));
        }
    }

    /// Whether a channel of a rule asks for a consent that may be missing.
    fn asks_consent(&self, show: &str, body: &str) -> bool {
        let by = body.rsplit_once(" by ").map(|(_, by)| by);
        let needs = |at: usize| {
            self.text.lines().any(|line| line.starts_with(&format!("channel k{at} ")) && line.contains("  needs "))
        };
        let named = |at: usize| by.is_none_or(|by| by.contains(&format!("k{at}")));
        matches!(show, "b" | "d") && (0..self.channels).any(|at| named(at) && needs(at))
    }

    fn permission(&mut self) -> String {
        let at = self.dice.below(self.channels);
        match self.dice.below(3) {
            0 => format!("permission.k{at} is full"),
            1 => format!("permission.k{at} is not denied"),
            _ => format!("permission.k{at} is one of [full, provisional]"),
        }
    }

    /// What follows where a cap is spent; it follows from what is written already, so that other seeds stay as they are.
    fn then(&self, may_hold: bool) -> &'static str {
        let hold = if may_hold && !self.windows { " then hold at most 3 days" } else { "" };
        ["", " then stop", " then next", hold][self.text.len() / 2 % 4]
    }

    /// Windows of twelve hours, some with a row for some customers, which drop, hold for less than their night or go on to the
    /// next channel.
    fn windows(&mut self) {
        for at in 0..1 + self.dice.below(2) {
            let mut open = "open 08:00 until 20:00".to_owned();
            if self.dice.one_in(3) {
                let condition = self.condition(1);
                // Whoever is stopped would have to need what it reads.
                if std::mem::take(&mut self.needed).is_empty() {
                    write!(open, "  open 13:00 until 20:00 when {condition}").unwrap();
                }
            }
            let targets = ["class lifecycle", "class service", "tag t", "offer a", "offer b", "rule r0", "rule r1"];
            let (mut target, mut outside) = (self.dice.of(&targets), self.dice.of(&["drop", "hold at most 6 hours"]));
            if self.channels > 0 && self.dice.one_in(2) {
                target = "channel k0";
                outside = self.dice.of(&[outside, "next channel"]);
            }
            self.line(&format!("window w{at} {{ zone \"UTC\"  {open}  on {target}  outside {outside} }}"));
        }
    }

    /// Pauses, gaps, calendars and blocks: their combinations are tried and not reckoned, so some stay undecided.
    fn limits(&mut self) {
        let line = self.dice.of(&[
            "",
            "",
            "pause tired { for 20 days  after 1 shown  per customer  on tag t }",
            "pause tired { for 5 days  after 2 shown in any 5 days  per customer  on offer d }",
            "gap air { at least 20 days apart  per customer  on tag t }",
            "cap monthly { at most 1 shown  in each calendar month in \"UTC\"  per customer  on class lifecycle }",
            "block once { for 20 days after shown of b  on tag t }",
            "block again { for 5 days after shown  on class lifecycle }",
        ]);
        self.line(line);
        if self.dice.one_in(4) {
            let condition = self.condition(1);
            // Whoever is stopped would have to need what it reads.
            if std::mem::take(&mut self.needed).is_empty() {
                let target = self.dice.of(&["class lifecycle", "tag t", "offer a", "class service"]);
                self.line(&format!("block held {{ while {condition}  on {target} }}"));
            }
        }
    }

    fn slot(&mut self) {
        let mut fallback = String::new();
        for _ in 0..self.dice.below(3) {
            let offer = self.dice.of(&["a", "c"]);
            // A fallback may read masked attributes: they are missing there as anywhere (R12).
            let when = if self.dice.one_in(3) { String::new() } else { format!(" when {}", self.condition(1)) };
            self.needed.clear();
            write!(fallback, "{offer}{when}, ").unwrap();
        }
        let carried = self.text.contains("tags t");
        let ties = if self.ranks && carried && self.dice.one_in(2) { "  ties tag t" } else { "" };
        let channels: Vec<_> = (0..self.channels).map(|at| format!("k{at}")).collect();
        let way = if channels.is_empty() { "on web".to_owned() } else { format!("by {}", channels.join(", ")) };
        let rotates = self.channels > 1 && carried && self.dice.one_in(2);
        let rotate = if rotates { "  rotate after the last used on tag t" } else { "" };
        self.line(&format!("slot s {way} {{ accepts service, lifecycle{ties}{rotate}  fallback {fallback}nothing }}"));
        let count = 3 + self.dice.below(5);
        let shows: Vec<&str> = (0..count).map(|_| self.dice.of(&["a", "b", "c", "d"])).collect();
        let class = |at: usize| matches!(shows[at], "a" | "c");
        // From the last up: `before` names a later rule of the class that has an order itself.
        let mut orders: Vec<String> = vec![String::new(); count];
        for at in (0..count).rev() {
            let peers: Vec<usize> =
                (at + 1..count).filter(|later| class(*later) == class(at) && !orders[*later].is_empty()).collect();
            orders[at] = match self.dice.below(12) {
                0 => String::new(),
                1 | 2 if !peers.is_empty() => format!("  before r{}", peers[self.dice.below(peers.len())]),
                _ => format!("  priority {}", 1 + self.dice.below(4)),
            };
        }
        if self.ranks {
            for of_service in [true, false] {
                self.rank(&mut orders, &|at| class(at) == of_service);
            }
        }
        for at in 0..count {
            // A substitute has no higher class than its rule (R1).
            let tries: Vec<usize> = (at + 1..count).filter(|later| class(at) || !class(*later)).collect();
            self.rule(at, &tries, shows[at], &orders[at]);
        }
    }

    /// The rules of a class rank, some of them at one priority, unless `before` has a say among them.
    fn rank(&mut self, orders: &mut [String], is_of_class: &dyn Fn(usize) -> bool) {
        let of_class: Vec<usize> = (0..orders.len()).filter(|at| is_of_class(*at)).collect();
        if of_class.iter().any(|at| orders[*at].contains("before")) || self.dice.one_in(5) {
            return;
        }
        for at in of_class {
            if self.dice.one_in(2) {
                orders[at] = "  priority 9".to_owned();
            }
            orders[at] = format!("{}  rank by {}", orders[at], self.score());
        }
    }

    /// A number that is there for everybody of whom nothing is garbled, or is missing now and then all the same.
    fn score(&mut self) -> String {
        let numbers: Vec<usize> = (0..self.fields.len()).filter(|at| self.fields[*at].kind == Kind::Number).collect();
        if numbers.is_empty() {
            return format!("{}", self.dice.below(3));
        }
        let mut pick = || {
            let free: Vec<usize> = numbers.iter().copied().filter(|at| self.fields[*at].needs.is_none()).collect();
            let at = free.get(self.dice.below(free.len())).copied();
            at.map_or_else(|| "1".to_owned(), |at| format!("({} else {})", self.fields[at].name, self.dice.below(3)))
        };
        let (a, b) = (pick(), pick());
        match self.dice.below(6) {
            0 => format!("{}", self.dice.below(4)),
            1 => format!("{a} - {b}"),
            2 => format!("decimal(7) of ({a} / {b})"),
            3 => format!("(2 when {b} is at least 1)"),
            _ => a,
        }
    }

    fn rule(&mut self, at: usize, tries: &[usize], show: &str, order: &str) {
        let mut body = String::new();
        let clauses = if self.dice.one_in(2) { 1 } else { self.dice.below(3) };
        for _ in 0..clauses {
            let depth = self.dice.below(3);
            let condition = self.condition(depth);
            write!(body, "  when {condition}").unwrap();
        }
        if self.dice.one_in(4) {
            let condition = self.condition(1);
            write!(body, "  unless {condition}").unwrap();
        }
        let mut needs = std::mem::take(&mut self.needed);
        if self.purposes > 0 && self.dice.one_in(4) {
            needs.push(self.dice.below(self.purposes));
        }
        needs.sort_unstable();
        needs.dedup();
        if !needs.is_empty() {
            let names: Vec<_> = needs.iter().map(|purpose| format!("p{purpose}")).collect();
            write!(body, "  needs {}", names.join(", ")).unwrap();
        }
        body.push_str(order);
        body.push_str(&self.active(6));
        if self.dice.one_in(3) {
            let most = 1 + self.dice.below(2);
            let window = self.dice.of(&["in any 5 days", "in any 20 days", "ever"]);
            let target = self.dice.of(&["", "", " on offer a", " on tag t", " on rule r0"]);
            let then = self.then(window != "ever");
            write!(body, "  cap at most {most} shown {window} per customer{target}{then}").unwrap();
        }
        if self.dice.one_in(25) {
            body.push_str("  off because \"x\"");
        }
        let verb = if self.channels > 0 { "send" } else { "show" };
        write!(body, "  {verb} {show}").unwrap();
        if self.channels > 1 && self.dice.one_in(3) {
            let (one, other) = (self.dice.below(self.channels), self.dice.below(self.channels));
            let (one, other) = (one.min(other), one.max(other));
            let both = if one == other { format!("k{one}") } else { format!("k{one}, k{other}") };
            write!(body, " by {both}").unwrap();
        }
        for via in ["capped", "no consent", "unknown"] {
            let fits = match via {
                "capped" => body.contains("cap at most"),
                "no consent" => body.contains("needs") || self.asks_consent(show, &body),
                _ => body.contains("when"),
            };
            if fits && self.dice.one_in(3) {
                let later = tries.get(self.dice.below(tries.len()));
                let substitute = match (self.dice.below(4), later) {
                    (0, Some(later)) => format!("try r{later}"),
                    (1, _) => "nothing".to_owned(),
                    // What is sent in the place of something obeys as much (R1).
                    (2, _) if self.channels > 0 && matches!(show, "b" | "d") => "send d".to_owned(),
                    (_, _) if self.channels > 0 && matches!(show, "b" | "d") => "send b".to_owned(),
                    (2, _) => format!("{verb} a"),
                    _ => format!("{verb} c"),
                };
                write!(body, "  if {via} {substitute}").unwrap();
            }
        }
        self.line(&format!("rule r{at} in s {{{body} }}"));
    }

    fn active(&mut self, once_in: usize) -> String {
        if !self.dice.one_in(once_in) {
            return String::new();
        }
        let date = self.dice.below(DATES.len());
        let (from, to) = (DATES[date], DATES[(date + 1).min(DATES.len() - 1)]);
        match self.dice.below(3) {
            0 => format!("  active from {from}"),
            1 => format!("  active to {from}"),
            _ => format!("  active {from} to {to}"),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.dice.one_in(4) {
            return self.predicate();
        }
        match self.dice.below(7) {
            0..=2 => self.joined("and", depth),
            3 | 4 => self.joined("or", depth),
            5 => format!("not ({})", self.condition(depth - 1)),
            _ if !self.segments.is_empty() => {
                let (name, needed) = &self.segments[self.dice.below(self.segments.len())];
                self.needed.extend(needed);
                name.clone()
            }
            _ => self.predicate(),
        }
    }

    fn joined(&mut self, word: &str, depth: usize) -> String {
        let parts: Vec<_> = (0..2 + self.dice.below(2)).map(|_| format!("({})", self.condition(depth - 1))).collect();
        parts.join(&format!(" {word} "))
    }

    /// What the analysis does not look into, over whole numbers.
    fn calculation(&mut self) -> String {
        let numbers: Vec<usize> = (0..self.fields.len()).filter(|at| self.fields[*at].kind == Kind::Number).collect();
        if numbers.is_empty() {
            return "now is after 2026-03-01T00:00Z".to_owned();
        }
        let mut pick = || {
            let field = &self.fields[numbers[self.dice.below(numbers.len())]];
            self.needed.extend(field.needs);
            field.name.clone()
        };
        let (a, b) = (pick(), pick());
        let comparison = self.dice.of(&["at least", "at most", "more than", "less than"]);
        match self.dice.below(5) {
            0 => format!("{a} is {comparison} {b}"),
            1 => format!("({a} + {b}) is {comparison} {}", self.dice.below(8)),
            2 => format!("({a} * {b}) is {}", self.dice.below(10)),
            3 => format!("decimal(1) of ({a} / {b}) is {comparison} {}", self.dice.below(3)),
            _ => format!("({a} - 2 * {b}) is from {} to {}", self.dice.below(3), 3 + self.dice.below(3)),
        }
    }

    fn predicate(&mut self) -> String {
        if self.purposes > 0 && self.dice.one_in(6) {
            let purpose = self.dice.below(self.purposes);
            return match self.dice.below(3) {
                0 => format!("consent.p{purpose} is granted"),
                1 => format!("consent.p{purpose} is not objected"),
                _ => format!("consent.p{purpose} is one of [unknown, expired, withdrawn]"),
            };
        }
        if self.channels > 0 && self.dice.one_in(6) {
            return self.permission();
        }
        if self.calculations && self.dice.one_in(3) {
            return self.calculation();
        }
        if self.dice.one_in(10) {
            let word = self.dice.of(&["before", "after"]);
            return format!("now is {word} {}T00:00Z", self.dice.of(&DATES));
        }
        let at = self.dice.below(self.fields.len());
        let (name, kind, needs) = (self.fields[at].name.clone(), self.fields[at].kind, self.fields[at].needs);
        self.needed.extend(needs);
        if self.dice.one_in(8) {
            return self.dice.of(&[&format!("{name} is known"), &format!("{name} is not known")][..]).to_string();
        }
        let dice = &mut self.dice;
        let comparison = dice.of(&["at least", "at most", "more than", "less than"]);
        match kind {
            Kind::Flag => match dice.below(5) {
                0 | 1 => name,
                2 => format!("{name} is no"),
                3 => format!("({name} else no)"),
                _ => format!("({name} else yes)"),
            },
            Kind::Number => match dice.below(8) {
                0 => format!("{name} is {}", dice.below(6)),
                1 => format!("{name} is one of [{}, {}]", dice.below(3), 2 + dice.below(3)),
                2 => {
                    let from = dice.below(4);
                    format!("{name} is from {from} to {}", from + dice.below(3))
                }
                3 => format!("{name} is never"),
                4 => format!("({name} else 1) is {comparison} {}", dice.below(5)),
                5 => format!("(2 * {name} + 1) is {comparison} {}", dice.below(10)),
                6 => format!("(3 - {name}) is {comparison} {}", dice.below(4)),
                _ => format!("{name} is {comparison} {}", dice.below(5)),
            },
            Kind::Small => match dice.below(3) {
                0 => format!("{name} is {comparison} 0.15"),
                1 => format!("(10 * {name}) is {comparison} {}", dice.below(4)),
                _ => format!("{name} is {comparison} 0.{}", dice.below(4)),
            },
            Kind::Tier => match dice.below(3) {
                0 => format!("{name} is {}", dice.of(&["m", "n", "o"])),
                1 => format!("{name} is not one of [m, {}]", dice.of(&["n", "o"])),
                _ => format!("{name} is {comparison} n"),
            },
            Kind::Place => match dice.below(3) {
                0 => format!("{name} is \"u\""),
                1 => format!("{name} is not \"v\""),
                _ => format!("{name} is one of [\"u\", \"v\"]"),
            },
            Kind::Things => match dice.below(4) {
                0 => format!("{name} has \"u\""),
                1 => format!("{name} has any of [\"u\", \"v\"]"),
                2 => format!("{name} has all of [\"u\", \"v\"]"),
                _ => format!("{name} has none of [\"v\"]"),
            },
            Kind::Moment | Kind::Day => {
                let (suffix, days) = (if kind == Kind::Moment { "T00:00Z" } else { "" }, dice.below(DAYS.len()));
                let way = dice.of(&["old", "ahead"]);
                match dice.below(6) {
                    0 => format!("{name} is before {}{suffix}", dice.of(&DATES)),
                    1 => format!("{name} is after {}{suffix}", dice.of(&DATES)),
                    2 => format!("{name} is from {} to {} days {way}", DAYS[0], DAYS[1]),
                    3 => format!("{name} is never"),
                    _ => format!("{name} is {comparison} {} days {way}", DAYS[days]),
                }
            }
        }
    }
}
