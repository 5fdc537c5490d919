//! Rule sets as large services have them, written down as text: a seed gives the same rules on every machine.
//!
//! 40 attributes: 10 lists of 5 to 50 members that are unequally frequent, 10 whole numbers, 6 decimals, 6 yes/no, 4 sets
//! and 4 instants. A rule has 2 to 6 predicates on different attributes; of every hundred, 12 are a choice of two and
//! 10 are negated. How many customers a predicate is meant for varies by a factor of 32.

use std::fmt::Write;

/// What the rules look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) rules: usize,
    pub(crate) slots: usize,
    /// How many different constants numbers and instants are compared with.
    pub(crate) constants: i64,
    /// The fewest predicates of a rule; the most are 6.
    pub(crate) fewest: usize,
    /// Every rule has a cap of its own.
    pub(crate) capped: bool,
}

/// The members of each list.
const MEMBERS: [usize; 10] = [5, 8, 10, 12, 16, 20, 25, 30, 40, 50];
/// The words that sets are asked for.
const WORDS: usize = 40;

/// Splitmix64.
struct Rng(u64);

impl Rng {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count.max(1) as u128) >> 64) as usize
    }

    fn share(&mut self) -> f64 {
        self.bits() as f64 / u64::MAX as f64
    }

    /// From 1 to 1/32 of everybody, each power as likely.
    fn selectivity(&mut self) -> f64 {
        (-5.0 * self.share()).exp2()
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) slot: usize,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) priority: usize,
    pub(crate) cap: Option<usize>,
}

/// Some of these hold, or with `unless` none does.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub(crate) unless: bool,
    pub(crate) any: Vec<Predicate>,
}

/// One test of one attribute: by its number of 40, and what its value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Predicate {
    pub(crate) attribute: usize,
    pub(crate) is: Test,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// One of these members; of yes or no, 1 is yes.
    OneOf(Vec<usize>),
    /// From here to there, both in: hundredths of decimals, days of age of instants (below 0 lies what is to come).
    Between(Option<i64>, Option<i64>),
    /// The set holds this word.
    Holds(usize),
}

/// What kind an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    List { members: usize },
    Whole,
    Decimal,
    YesOrNo,
    Set,
    Instant,
}

/// Each attribute in turn: its kind and its name.
pub(crate) fn attributes() -> Vec<(Kind, String)> {
    let mut found: Vec<(Kind, String)> = Vec::new();
    let lists = MEMBERS.iter().enumerate();
    found.extend(lists.map(|(at, members)| (Kind::List { members: *members }, format!("list_{at}"))));
    let mut several = |count: usize, kind: Kind, stem: &str| {
        found.extend((0..count).map(|at| (kind, format!("{stem}_{at}"))));
    };
    several(10, Kind::Whole, "count");
    several(6, Kind::Decimal, "amount");
    several(6, Kind::YesOrNo, "flag");
    several(4, Kind::Set, "words");
    several(4, Kind::Instant, "time");
    found
}

/// The rules of a seed.
pub(crate) fn rules(shape: Shape, seed: u64) -> Vec<Rule> {
    let (mut rng, attributes) = (Rng(seed), attributes());
    let rule = |number: usize| {
        let mut free: Vec<usize> = (0..attributes.len()).collect();
        let mut predicate = |rng: &mut Rng| {
            let attribute = free.swap_remove(rng.below(free.len()));
            Predicate { attribute, is: test(rng, shape, attributes[attribute].0) }
        };
        let mut clauses = Vec::new();
        for _ in 0..shape.fewest + rng.below(7 - shape.fewest) {
            let mut any = vec![predicate(&mut rng)];
            if rng.below(100) < 12 {
                any.push(predicate(&mut rng));
            }
            clauses.push(Clause { unless: rng.below(100) < 10, any });
        }
        let cap = shape.capped.then(|| 1 + rng.below(3));
        let (name, slot) = (format!("rule_{number}"), number % shape.slots);
        Rule { name, slot, clauses, priority: rng.below(1_000_000), cap }
    };
    (0..shape.rules).map(rule).collect()
}

fn test(rng: &mut Rng, shape: Shape, kind: Kind) -> Test {
    let selectivity = rng.selectivity();
    match kind {
        Kind::List { members } => members_of(rng, members, selectivity),
        Kind::YesOrNo => Test::OneOf(vec![rng.below(2)]),
        Kind::Set => Test::Holds(rng.below(WORDS)),
        Kind::Instant => {
            let days = |share: f64| 1 + (share * (shape.constants.min(3_000) - 1) as f64) as i64;
            match rng.below(2) {
                0 => Test::Between(Some(0), Some(days(selectivity))),
                _ => Test::Between(Some(days(1.0 - selectivity) + 1), None),
            }
        }
        Kind::Whole | Kind::Decimal => {
            let constant = |share: f64| (share * shape.constants as f64) as i64 * (1_000_000 / shape.constants);
            match rng.below(3) {
                0 => Test::Between(None, Some(constant(selectivity))),
                1 => Test::Between(Some(constant(1.0 - selectivity)), None),
                _ => {
                    let from = rng.share() * (1.0 - selectivity);
                    Test::Between(Some(constant(from)), Some(constant(from + selectivity)))
                }
            }
        }
    }
}

/// Members of a list, of which the first are the most frequent (Zipf), until so many customers are meant.
fn members_of(rng: &mut Rng, members: usize, selectivity: f64) -> Test {
    let frequency = |member: usize| 1.0 / (member + 1) as f64;
    let all: f64 = (0..members).map(frequency).sum();
    let mut chosen: Vec<usize> = Vec::new();
    let mut sum = 0.0;
    while chosen.is_empty() || (sum / all < selectivity && chosen.len() < members / 2) {
        let member = rng.below(members);
        if !chosen.contains(&member) {
            sum += frequency(member);
            chosen.push(member);
        }
    }
    Test::OneOf(chosen)
}

/// The rules as text, with all that they speak of.
pub(crate) fn text(rules: &[Rule]) -> String {
    let attributes = attributes();
    let mut text = String::from(
        "defaults { zone \"Europe/Vienna\" }\n\
         purpose offers \"Show me what fits me\" { basis consent  direct marketing }\n\ncustomer {\n  id: text  key\n",
    );
    for (kind, name) in &attributes {
        let ty = match kind {
            Kind::List { members } => {
                let members: Vec<String> = (0..*members).map(|member| format!("m{member}")).collect();
                format!("one of [{}]", members.join(", "))
            }
            Kind::Whole => "whole from 0 to 1000000".to_owned(),
            Kind::Decimal => "decimal(2) from 0 to 10000".to_owned(),
            Kind::YesOrNo => "yes or no".to_owned(),
            Kind::Set => "set of text".to_owned(),
            Kind::Instant => "time".to_owned(),
        };
        let _ = writeln!(text, "  {name}: {ty}");
    }
    text.push_str("}\n\noffer help { class service }\n");
    for slot in 0..=rules.iter().map(|rule| rule.slot).max().unwrap_or(0) {
        let _ = writeln!(text, "slot slot_{slot} on web {{ accepts service, marketing  fallback help }}");
    }
    for Rule { name, slot, clauses, priority, cap } in rules {
        let _ = writeln!(text, "\noffer of_{name} {{ class marketing }}\nrule {name} in slot_{slot} {{");
        let _ = writeln!(text, "  about    \"What {name} is for\"\n  metric   sold\n  needs    offers");
        for Clause { unless, any } in clauses {
            let any: Vec<String> = any.iter().map(|predicate| written(&attributes, predicate)).collect();
            let _ = writeln!(text, "  {}{}", if *unless { "unless   " } else { "when     " }, any.join(" or "));
        }
        if let Some(most) = cap {
            let _ = writeln!(text, "  cap      at most {most} shown in any 7 days per customer");
        }
        let _ = writeln!(text, "  priority {priority}\n  show     of_{name}\n}}");
    }
    text
}

fn written(attributes: &[(Kind, String)], predicate: &Predicate) -> String {
    let (kind, name) = &attributes[predicate.attribute];
    let number = |mantissa: i64| match kind {
        Kind::Decimal => format!("{}.{:02}", mantissa / 100, mantissa % 100),
        Kind::List { .. } | Kind::Whole | Kind::YesOrNo | Kind::Set | Kind::Instant => mantissa.to_string(),
    };
    match (&predicate.is, kind) {
        (Test::OneOf(members), Kind::YesOrNo) => {
            format!("{name} is {}", if members.contains(&1) { "yes" } else { "no" })
        }
        (Test::OneOf(members), _) => match members.as_slice() {
            [one] => format!("{name} is m{one}"),
            several => {
                let names: Vec<String> = several.iter().map(|member| format!("m{member}")).collect();
                format!("{name} is one of [{}]", names.join(", "))
            }
        },
        (Test::Holds(word), _) => format!("{name} has \"word{word}\""),
        (Test::Between(Some(0), Some(days)), Kind::Instant) => format!("{name} is at most {days} days old"),
        (Test::Between(from, _), Kind::Instant) => {
            format!("{name} is more than {} days old", from.unwrap_or(1) - 1)
        }
        (Test::Between(Some(from), Some(to)), _) => format!("{name} is from {} to {}", number(*from), number(*to)),
        (Test::Between(Some(from), None), _) => format!("{name} is at least {}", number(*from)),
        (Test::Between(None, to), _) => format!("{name} is at most {}", number(to.unwrap_or(0))),
    }
}
