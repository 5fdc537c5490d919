//! An explanation in words: one line for the answer, one for each candidate, short reasons first (R22).

use super::{Answer, Author, Candidate, Change, Explanation, Fate, Outranking, Proviso, Reason, Sending, Who};
use crate::value::{Instant, show_date, show_instant};

/// What stands in for a fact that may not be named.
pub(super) const PROTECTED: &str = "a protected fact";

impl Explanation {
    /// One line for the answer, then one for each candidate, then the smallest change and what was set aside, if
    /// anything.
    pub fn to_text(&self) -> Vec<String> {
        let mut lines = vec![self.headline()];
        lines.extend(self.candidates.iter().map(|candidate| format!("  {candidate}")));
        lines.extend(self.change.as_ref().map(|change| format!("  {change}")));
        lines.extend(self.set_aside.iter().map(|line| format!("  {line}")));
        lines
    }

    /// The answer in one line: `home_hero shows brand_story, the fallback`.
    pub fn headline(&self) -> String {
        format!("{} {}", self.slot, self.answer)
    }

    /// Every reason for which this rule was passed over; empty if it was not.
    pub fn reasons(&self, rule: &str) -> &[Reason] {
        let found = self.candidates.iter().find_map(|candidate| match (&candidate.who, &candidate.fate) {
            (Who::Rule { rule: name, .. }, Fate::Drops(reasons)) if name == rule => Some(reasons),
            (Who::Rule { .. } | Who::Substitute { .. } | Who::Fallback { .. }, _) => None,
        });
        found.map_or(&[], Vec::as_slice)
    }
}

impl Who {
    /// The rule that competes, or in whose place something else does; none for a fallback.
    pub fn rule(&self) -> Option<&String> {
        match self {
            Self::Rule { rule, .. } | Self::Substitute { rule, .. } => Some(rule),
            Self::Fallback { .. } => None,
        }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.shows, &self.sends, &self.holds) {
            (Some(offer), _, _) => write!(f, "shows {offer}")?,
            (None, Some(Sending { offer, channel, silent }), _) => {
                write!(f, "sends {offer} by {channel}{}", if *silent { " (silent)" } else { "" })?;
            }
            (None, None, Some(offer)) => write!(f, "holds {offer}")?,
            (None, None, None) => f.write_str("gives nothing")?,
        }
        if let Some(until) = self.until {
            write!(f, " until {}", show_instant(until))?;
        }
        match &self.by {
            Author::Rule { rule } => write!(f, ", by {rule}")?,
            Author::Substitute { rule, via } => write!(f, ", in the place of {rule} ({})", via.word())?,
            Author::Fallback => f.write_str(", the fallback")?,
            Author::SlotOff { because } => write!(f, ", since the slot is switched off ({because})")?,
        }
        if self.tasks.is_empty() { Ok(()) } else { write!(f, ", also {}", self.tasks.join(", ")) }
    }
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.who {
            Who::Rule { rule, .. } => write!(f, "{rule}: {}", self.fate)?,
            Who::Substitute { via, what, .. } => write!(f, "  {} {what}: {}", via.word(), self.fate)?,
            Who::Fallback { offer: Some(offer) } => write!(f, "fallback {offer}: {}", self.fate)?,
            Who::Fallback { offer: None } => write!(f, "fallback nothing: {}", self.fate)?,
        }
        if let (Fate::Wins, Some(score)) = (&self.fate, &self.score) {
            write!(f, ", score {score}")?;
        }
        if !self.passed_over.is_empty() {
            write!(f, ", passing over {}", listed(&self.passed_over))?;
        }
        if !self.waits_for.is_empty() {
            write!(f, ", and waits: {}", listed(&self.waits_for))?;
        }
        if self.shown_twice {
            f.write_str(" (shown in another slot too: the last always answers)")?;
        }
        if self.assumed.is_empty() { Ok(()) } else { write!(f, " (assumed: {})", self.assumed.join(", ")) }
    }
}

impl std::fmt::Display for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wins => f.write_str("wins"),
            Self::Drops(reasons) => f.write_str(&listed(reasons)),
            Self::Outranked { by, how: Outranking::Stops { cap } } => {
                write!(f, "not asked: {cap} of {by} stops the slot")
            }
            Self::Outranked { by, how } => write!(f, "outranked by {by} ({how})"),
            Self::TriedBefore => f.write_str("tried before"),
            Self::NotNeeded => f.write_str("not needed"),
        }
    }
}

impl Outranking {
    /// Whether `text`, as a test writes it, names it: `tie`, or the whole of it.
    pub(super) fn is_named(&self, text: &str) -> bool {
        match self {
            Self::Tie { .. } => text == "tie" || text == self.to_string(),
            Self::Stops { cap } => text == cap || text == self.to_string(),
            Self::Class { .. } | Self::Priority { .. } | Self::Before | Self::Score { .. } | Self::Name => {
                text == self.to_string()
            }
        }
    }
}

impl std::fmt::Display for Outranking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |priority: &Option<i32>| priority.map_or_else(|| "none".to_owned(), |value| value.to_string());
        match self {
            Self::Class { stronger, weaker } => write!(f, "class: {stronger} before {weaker}"),
            Self::Priority { stronger, weaker } => {
                write!(f, "priority: {} against {}", shown(stronger), shown(weaker))
            }
            Self::Before => f.write_str("before"),
            Self::Stops { cap } => write!(f, "{cap} stops the slot"),
            Self::Score { stronger: Some(stronger), weaker: Some(weaker) } => {
                write!(f, "score: {stronger} against {weaker}")
            }
            Self::Score { .. } => f.write_str("score"),
            Self::Tie { score, tag } => {
                f.write_str("tie")?;
                if let Some(score) = score {
                    write!(f, " at {score}")?;
                }
                match tag {
                    Some(tag) => write!(f, ": tag {tag} first"),
                    None => f.write_str(": name"),
                }
            }
            Self::Name => f.write_str("name"),
        }
    }
}

impl Reason {
    /// The short reasons that name it, the first being the one that is shown: `capped` or the cap's name.
    pub fn short(&self) -> Vec<String> {
        match self {
            Self::SwitchedOff { .. } => vec!["switched off".to_owned()],
            Self::NotActive { .. } => vec!["not active".to_owned()],
            Self::ReviewOverdue { .. } => vec!["review overdue".to_owned()],
            Self::NoConsent { purpose, reads, .. } => {
                vec![format!("no consent for {purpose}"), format!("consent {}", reads.word())]
            }
            Self::NotApplicable { .. } => vec!["not applicable".to_owned()],
            Self::NotKnown { attribute, .. } => vec![format!("{attribute} is not known")],
            Self::NotKnownToBeNo { attribute, .. } => vec![format!("{attribute} is not known to be no")],
            Self::Taken { .. } => vec!["shown in another slot".to_owned()],
            Self::Channel { why, .. } => why.short(),
            Self::NotPermitted { .. } => vec!["permission denied".to_owned()],
            Self::NotReached { .. } => vec!["not reached".to_owned()],
            Self::Blocked { block, .. } => vec![block.clone()],
            Self::Closed { window, .. } => vec![window.clone()],
            Self::HoldLimit { window, .. } => vec!["hold limit".to_owned(), window.clone()],
            Self::Overdue { by, .. } => std::iter::once("hold limit".to_owned()).chain(by.iter().cloned()).collect(),
            Self::TooLong { why, .. } => std::iter::once("hold limit".to_owned()).chain(why.short()).collect(),
            Self::Expired { .. } => vec!["expired".to_owned()],
            Self::Waiting { cap, kind, .. } if kind == "block" => vec![cap.clone()],
            Self::NoCounter { cap, .. } => vec!["counter unavailable".to_owned(), cap.clone()],
            Self::Waiting { cap, .. } | Self::Capped { cap, .. } => vec!["capped".to_owned(), cap.clone()],
        }
    }

    /// The facts that stand beside the short reason, as far as marks allow: `3 of 3 shown in any 7 days`.
    pub fn beside(&self) -> Option<String> {
        match self {
            Self::SwitchedOff { what, because } => Some(format!("{what}: {because}")),
            Self::NotActive { what, from: Some(from), to_come: true, .. } => {
                Some(format!("{what} begins {}", show_instant(*from)))
            }
            Self::NotActive { what, until: Some(until), .. } => Some(format!("{what} ended {}", show_instant(*until))),
            Self::NotActive { what, .. } => Some(what.clone()),
            Self::ReviewOverdue { review_by } => Some(format!("due {}", show_date(*review_by))),
            Self::NoConsent { lacks: Some(lacks), .. } => Some(lacks.clone()),
            Self::NoConsent { reads, .. } => Some(reads.word().to_owned()),
            Self::NotApplicable { fact: Some(fact) } => Some(fact.clone()),
            Self::NotApplicable { fact: None } => Some(PROTECTED.to_owned()),
            Self::NotKnown { why, .. } | Self::NotKnownToBeNo { why, .. } => why.clone(),
            Self::Taken { offer } => Some(offer.clone()),
            Self::Capped { used: Some(used), at_most, counted, .. } => Some(format!("{used} of {at_most} {counted}")),
            Self::Channel { why, .. } => why.beside(),
            Self::NotPermitted { fact: Some(fact) } | Self::NotReached { fact: Some(fact) } => Some(fact.clone()),
            Self::NotPermitted { fact: None } | Self::NotReached { fact: None } => Some(PROTECTED.to_owned()),
            Self::Capped { used: None, missing, .. } => missing.clone(),
            Self::Waiting { missing: Some(missing), .. } => Some(missing.clone()),
            Self::NoCounter { cap, .. } => Some(cap.clone()),
            Self::Blocked { known: false, .. } => None,
            Self::Blocked { fact: Some(fact), .. } => Some(fact.clone()),
            Self::Blocked { fact: None, .. } => Some(PROTECTED.to_owned()),
            Self::Closed { nobody: true, .. } => Some("nobody knows the customer's time zone".to_owned()),
            Self::Closed { clock, .. } => clock.clone().or_else(|| Some(PROTECTED.to_owned())),
            Self::HoldLimit { window, most, clock, since, lets_go } => {
                Some(format!("{window}: {}", too_long(clock.as_ref(), *lets_go, *since, most)))
            }
            Self::Overdue { since, by, most } => {
                Some(format!("{}: {}", by.join(", "), too_long(None, None, Some(*since), most)))
            }
            Self::TooLong { why, most, lets_go } => Some(too_long(Some(&why.to_string()), *lets_go, None, most)),
            Self::Expired { when, over } => {
                let when = when.clone().unwrap_or_else(|| PROTECTED.to_owned());
                Some(if *over { when } else { format!("{when}, before it may be let go") })
            }
            Self::Waiting { until: Some(until), .. } => Some(format!("until {}", show_instant(*until))),
            Self::Waiting { kind, limit, .. } => Some(format!("this page begins the {kind} {limit}")),
        }
    }

    /// Whether `text`, as a test writes it, names this reason: one of its short forms, the facts beside it, or both.
    pub fn is_named(&self, text: &str) -> bool {
        let beside = self.beside();
        let counts = |beside: &String| match self {
            // `3 of 3` alone is enough.
            Self::Capped { used: Some(used), at_most, .. } => text == format!("{used} of {at_most}") || text == beside,
            Self::Channel { why, .. } => why.is_named(text),
            Self::TooLong { why, .. } => why.is_named(text) || text == beside,
            Self::SwitchedOff { .. }
            | Self::NotActive { .. }
            | Self::ReviewOverdue { .. }
            | Self::NoConsent { .. }
            | Self::NotApplicable { .. }
            | Self::NotKnown { .. }
            | Self::NotKnownToBeNo { .. }
            | Self::Taken { .. }
            | Self::NotPermitted { .. }
            | Self::NotReached { .. }
            | Self::Blocked { .. }
            | Self::Waiting { .. }
            | Self::Closed { .. }
            | Self::HoldLimit { .. }
            | Self::Overdue { .. }
            | Self::Expired { .. }
            | Self::NoCounter { .. }
            | Self::Capped { .. } => text == beside,
        };
        self.short().iter().any(|short| short == text)
            || text == self.to_string()
            || beside.as_ref().is_some_and(counts)
    }
}

/// `wed 10:00 in UTC, would be let go 2026-06-10T20:00Z, held for no longer than 6 hours`
fn too_long(what: Option<&String>, lets_go: Option<Instant>, since: Option<Instant>, most: &str) -> String {
    let lets_go = lets_go.map(|at| format!("would be let go {}", show_instant(at)));
    let limit = match since {
        Some(since) => format!("held since {}, for no longer than {most}", show_instant(since)),
        None => format!("held for no longer than {most}"),
    };
    what.cloned().into_iter().chain(lets_go).chain([limit]).collect::<Vec<_>>().join(", ")
}

impl Reason {
    /// The channel that does not carry the message, where it is about one.
    pub fn channel(&self) -> Option<&str> {
        match self {
            Self::Channel { channel, .. } => Some(channel),
            Self::SwitchedOff { .. }
            | Self::NotActive { .. }
            | Self::ReviewOverdue { .. }
            | Self::NoConsent { .. }
            | Self::NotApplicable { .. }
            | Self::NotKnown { .. }
            | Self::NotKnownToBeNo { .. }
            | Self::Taken { .. }
            | Self::Blocked { .. }
            | Self::Waiting { .. }
            | Self::NoCounter { .. }
            | Self::Capped { .. }
            | Self::Closed { .. }
            | Self::HoldLimit { .. }
            | Self::Overdue { .. }
            | Self::TooLong { .. }
            | Self::Expired { .. }
            | Self::NotPermitted { .. }
            | Self::NotReached { .. } => None,
        }
    }

    /// The step at which a candidate drops out for it: `its audience`.
    pub fn step(&self) -> &'static str {
        match self {
            Self::SwitchedOff { .. } => "its switch",
            Self::NotActive { .. } => "its dates",
            Self::ReviewOverdue { .. } => "its review",
            Self::NoConsent { .. } => "consent",
            Self::NotApplicable { .. } | Self::NotKnown { .. } | Self::NotKnownToBeNo { .. } => "its audience",
            Self::Taken { .. } => "the other slots",
            Self::Blocked { .. } => "its blocks",
            Self::Waiting { kind, .. } | Self::NoCounter { kind, .. } if kind == "block" => "its blocks",
            Self::Waiting { .. } | Self::NoCounter { .. } | Self::Capped { .. } | Self::TooLong { .. } => "its caps",
            Self::Closed { .. } | Self::HoldLimit { .. } => "its windows",
            Self::Overdue { .. } => "how long it was held",
            Self::Expired { .. } => "its expiry",
            Self::Channel { .. } | Self::NotPermitted { .. } | Self::NotReached { .. } => "its channels",
        }
    }

    /// What stands before the facts.
    fn heading(&self) -> String {
        match self {
            // A declared cap goes by its name; a rule's own clause has none that an author gave.
            Self::Capped { cap, own: false, .. } => format!("capped by {cap}"),
            Self::Channel { channel, why } => format!("{channel}: {}", why.heading()),
            Self::Waiting { cap, kind, .. } => format!("{kind} {cap}"),
            Self::Blocked { block, .. } => format!("block {block}"),
            Self::Closed { window, .. } => format!("window {window} closed"),
            Self::Capped { .. }
            | Self::HoldLimit { .. }
            | Self::Overdue { .. }
            | Self::TooLong { .. }
            | Self::Expired { .. }
            | Self::NoCounter { .. }
            | Self::SwitchedOff { .. }
            | Self::NotActive { .. }
            | Self::ReviewOverdue { .. }
            | Self::NoConsent { .. }
            | Self::NotApplicable { .. }
            | Self::NotKnown { .. }
            | Self::NotKnownToBeNo { .. }
            | Self::Taken { .. }
            | Self::NotPermitted { .. }
            | Self::NotReached { .. } => self.short().into_iter().next().unwrap_or_default(),
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&listed(std::slice::from_ref(self)))
    }
}

/// Reasons in one line; neighbours with the same heading share it.
fn listed(reasons: &[Reason]) -> String {
    let shown = reasons.chunk_by(|a, b| a.heading() == b.heading()).map(|alike| {
        let heading = alike.first().map(Reason::heading).unwrap_or_default();
        let beside: Vec<_> = alike.iter().filter_map(Reason::beside).collect();
        if beside.is_empty() { heading } else { format!("{heading} ({})", beside.join("; ")) }
    });
    shown.collect::<Vec<_>>().join("; ")
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.facts.is_empty() {
            return write!(
                f,
                "no change of visible facts is known to be enough for {}: {PROTECTED} stands in its way",
                self.rule
            );
        }
        write!(f, "smallest change: {} wins if {}", self.rule, self.facts.join(" and "))?;
        f.write_str(match self.provided {
            Some(Proviso::ProtectedFacts) => ", as far as protected facts allow",
            Some(Proviso::Audience) => ", provided its audience fits",
            None => "",
        })
    }
}
