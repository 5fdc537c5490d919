//! The words of a cost, shared by all that write it.

use crate::analysis::cost::{Candidate, Ground, Look, Step, Tally};
use crate::cli::counted;
use crate::model::RuleSet;

/// `14 conditions, 3 purposes, 1 cap`; empty where nothing is asked.
pub(super) fn kinds(tally: Tally) -> String {
    let kinds = [
        (tally.conditions, "condition"),
        (tally.purposes, "purpose"),
        (tally.caps, "cap"),
        (tally.windows, "window"),
        (tally.slots, "other slot"),
    ];
    let some = kinds.into_iter().filter(|(many, _)| *many > 0);
    some.map(|(many, word)| counted(usize::try_from(many).unwrap_or(usize::MAX), word)).collect::<Vec<_>>().join(", ")
}

/// `23 questions`
pub(super) fn questions(tally: Tally) -> String {
    counted(usize::try_from(tally.total()).unwrap_or(usize::MAX), "question")
}

/// `rule sale`
pub(super) fn candidate(rules: &RuleSet, of: Candidate) -> String {
    match of {
        Candidate::Rule(rule) => format!("rule {}", rules[rule].name),
        Candidate::Instead(rule, via) => format!("what stands in for rule {} ({})", rules[rule].name, via.word()),
        Candidate::Entry(at) => format!("entry {} of the fallback list", at + 1),
    }
}

/// Up to where it gets.
pub(super) fn step(look: &Look) -> &'static str {
    match look.step {
        Step::Switched => "is off, or not of these days",
        Step::Blocks => "drops out at its blocks",
        Step::Consent => "drops out at its purposes",
        Step::Audience => "drops out at its audience",
        Step::Taken => "drops out since another slot shows its offer",
        Step::Caps => "drops out at its caps",
        Step::Hours => "drops out at its hours",
        Step::Score => "drops out without a score",
        Step::Channels => "drops out at its channels",
        Step::Answers => "answers",
    }
}

/// A step in one word, for machines.
pub(super) fn step_word(step: Step) -> &'static str {
    match step {
        Step::Switched => "switched",
        Step::Blocks => "blocks",
        Step::Consent => "consent",
        Step::Audience => "audience",
        Step::Taken => "taken",
        Step::Caps => "caps",
        Step::Hours => "hours",
        Step::Score => "score",
        Step::Channels => "channels",
        Step::Answers => "answers",
    }
}

/// Why a slot always answers.
pub(super) fn ground(rules: &RuleSet, ground: Ground) -> String {
    match ground {
        Ground::Off => "it is off: nothing, for everybody".to_owned(),
        Ground::Shows(offer) => {
            format!(
                "its list ends in {}, without a condition; no consent, cap or window is asked there",
                rules[offer].name
            )
        }
        Ground::Nothing => "its list ends in nothing, which is an answer, too".to_owned(),
    }
}
