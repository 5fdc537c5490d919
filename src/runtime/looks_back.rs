//! Rules that look back further than events are kept ([`StateStore::keeps`]): they would count too few, and nobody would
//! notice (R30). Whoever limits a store asks here first.
//!
//! [`StateStore::keeps`]: super::store::StateStore::keeps

use std::time::Duration;

use crate::model::show::show_gathered;
use crate::model::{Cap, CapKind, CapWindow, Gathered, Lookback, RuleSet};
use crate::value::{Calendar, Period, Unit};

const DAY: Duration = Duration::from_secs(86_400);

/// After so many half-lives nothing is left of any event.
const HALVINGS: u32 = 63;

/// Something in the rules that counts what is kept no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LooksFurther {
    /// What, as messages call it: "`weekly`", "`times purchase in the last 90 days`".
    pub what: String,
    /// How many days would have to be kept; `None` is for good.
    pub days: Option<u64>,
}

/// What looks back further than so many days, in the order of the rules.
pub fn looks_further(rules: &RuleSet, days: u32) -> Vec<LooksFurther> {
    let is_further = |reach: &Option<Duration>| reach.is_none_or(|reach| reach > DAY * days);
    let needed = |reach: Option<Duration>| reach.map(|reach| reach.as_secs().div_ceil(DAY.as_secs()));
    let of_caps =
        rules.caps.iter().map(|cap| (of_cap(cap), LooksFurther { what: format!("`{}`", cap.name), days: None }));
    let of_history = rules.gathered.iter().filter_map(|gathered| {
        let reach = of_gathered(gathered)?;
        let what = format!("`{}`", show_gathered(rules, gathered));
        Some((reach, LooksFurther { what, days: None }))
    });
    let all = of_caps.chain(of_history).filter(|(reach, _)| is_further(reach));
    all.map(|(reach, found)| LooksFurther { days: needed(reach), ..found }).collect()
}

/// How far back a cap looks at most; `None` is without end.
fn of_cap(cap: &Cap) -> Option<Duration> {
    let window = match cap.window {
        CapWindow::Rolling(period) => Some(longest(period)),
        CapWindow::Ever => None,
        CapWindow::Calendar(calendar) => Some(match calendar {
            Calendar::Day => DAY * 2,
            Calendar::Week(_) => DAY * 8,
            Calendar::Month => DAY * 32,
            Calendar::Quarter => DAY * 93,
        }),
    };
    match &cap.kind {
        CapKind::Cap | CapKind::Gap => window,
        CapKind::Pause { length, .. } => window.map(|window| window + longest(*length)),
        CapKind::Block { length } => Some(longest(*length)),
    }
}

/// The same of a value; nothing where it looks at no event.
fn of_gathered(gathered: &Gathered) -> Option<Option<Duration>> {
    match gathered {
        Gathered::Times(_, lookback) | Gathered::Sum(_, _, lookback) => Some(match lookback {
            Lookback::Last(period) => Some(longest(*period)),
            Lookback::Ever => None,
        }),
        Gathered::Last(_) => Some(None),
        Gathered::Decayed(terms) => Some(terms.iter().map(|term| longest(term.half_life) * HALVINGS).max()),
        Gathered::Halved { .. } => None,
    }
}

/// How long a period may last.
fn longest(period: Period) -> Duration {
    let one = match period.unit {
        Unit::Second => Duration::from_secs(1),
        Unit::Minute => Duration::from_secs(60),
        Unit::Hour => Duration::from_secs(3_600),
        Unit::Day => DAY,
        Unit::Week => DAY * 7,
        Unit::Month => DAY * 31,
    };
    one.saturating_mul(period.count)
}
