//! Whether a slot answers what a test of the language expects, and what it answered instead.

use super::super::candidate::Guarded;
use super::super::requests::frames;
use super::super::slot::decide;
use super::flat::{Flat, set_aside};
use super::steps::{rule_reasons, without_change};
use super::{Candidate, Explanation, Fate, Outranking, Reason, Who, explain};
use crate::frame::{Because, By, Case, Decision, Expectation, Expected, Frame, Outcome, spends};
use crate::model::show::{show_called, show_verb};
use crate::model::{ChannelId, OfferId, RuleId, RuleSet};
use crate::value::{Instant, show_instant};

/// An expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is the matter, in one line: `expected summer_sale, but home_hero shows brand_story, the fallback`.
    pub message: String,
    /// What was expected: `shows summer_sale, because of summer`.
    pub expected: String,
    /// What came: `shows brand_story, the fallback`.
    pub got: String,
    /// Why what was expected did not come about: of each candidate that could have brought it, the step at which it
    /// dropped out, with its facts. A line each.
    pub why: Vec<String>,
    /// What became of the other candidates, and the smallest change; a line each.
    pub rest: Vec<String>,
}

/// Checks one `expect` on a frame; the slot is decided alone, as the only one of its request.
///
/// # Errors
/// What was decided instead and why.
pub fn meets(rules: &RuleSet, frame: &Frame, expectation: &Expectation) -> Result<(), Box<Mismatch>> {
    let decision = decide(rules, frame, expectation.slot);
    let verdict = match &expectation.what {
        Expected::Shows(offer, because, tasks) => match decision.outcome == Outcome::Shows(*offer) {
            true => won_because(rules, frame, &decision, because.as_ref())
                .and_then(|()| carries(rules, &decision, tasks.as_deref())),
            false => Err(format!("expected {}", rules[*offer].name)),
        },
        Expected::Sends(offer, channel, because, tasks) => match sends(&decision, *offer, *channel) {
            true => won_because(rules, frame, &decision, because.as_ref())
                .and_then(|()| carries(rules, &decision, tasks.as_deref())),
            false => Err(format!("expected {}", told(rules, *offer, *channel))),
        },
        Expected::Holds(offer, until, because) => match decision.outcome {
            Outcome::Holds { offer: held, until: found } if held == *offer => {
                won_because(rules, frame, &decision, because.as_ref()).and_then(|()| until_is(*until, Some(found)))
            }
            Outcome::Holds { .. } | Outcome::Shows(_) | Outcome::Sends { .. } | Outcome::Nothing => {
                Err(format!("expected {} to be held", rules[*offer].name))
            }
        },
        Expected::Nothing(until, because) => match decision.outcome == Outcome::Nothing {
            true => {
                won_because(rules, frame, &decision, because.as_ref()).and_then(|()| until_is(*until, decision.again))
            }
            false => Err("expected nothing".to_owned()),
        },
        Expected::PassesOver(rule, because) => {
            passes_over(rules, &without_change(rules, frame, expectation.slot), *rule, because)
        }
        Expected::PassesOverChannel(channel, because) => {
            passes_over_channel(rules, &without_change(rules, frame, expectation.slot), *channel, because)
        }
    };
    let verdict = verdict.and_then(|()| match expectation.spends_nothing {
        true => spends_nothing(rules, &decision),
        false => Ok(()),
    });
    verdict.map_err(|what| Box::new(mismatch(rules, frame, expectation, &what)))
}

/// Nothing counts it.
fn spends_nothing(rules: &RuleSet, decision: &Decision) -> Result<(), String> {
    let spent: Vec<String> = spends(rules, decision).into_iter().map(|id| show_called(&rules[id])).collect();
    if spent.is_empty() {
        Ok(())
    } else {
        Err(format!("expected it to spend nothing; it counts for {}", spent.join(", ")))
    }
}

/// The time is the one expected, where one is named.
fn until_is(expected: Option<Instant>, found: Option<Instant>) -> Result<(), String> {
    match expected {
        Some(expected) if Some(expected) != found => Err(format!("expected it until {}", show_instant(expected))),
        Some(_) | None => Ok(()),
    }
}

/// Whether this is sent, by this channel where one is named.
fn sends(decision: &Decision, offer: OfferId, channel: Option<ChannelId>) -> bool {
    let sent = decision.outcome.channel();
    sent.is_some() && decision.outcome.offer() == Some(offer) && (channel.is_none() || channel == sent)
}

/// `new_season by push`
fn told(rules: &RuleSet, offer: OfferId, channel: Option<ChannelId>) -> String {
    let by = channel.map(|channel| format!(" by {}", rules[channel].name)).unwrap_or_default();
    format!("{}{by}", rules[offer].name)
}

fn mismatch(rules: &RuleSet, frame: &Frame, expectation: &Expectation, what: &str) -> Mismatch {
    let explanation = explain(rules, frame, expectation.slot);
    let decision = decide(rules, frame, expectation.slot);
    let message = format!("{what}, but {}", explanation.headline());
    let wanted = wanted(rules, expectation);
    let (mut why, mut rest) = (Vec::new(), Vec::new());
    for candidate in &explanation.candidates {
        if wanted.is(&candidate.who) { why.push(because_of(candidate)) } else { rest.push(candidate.to_string()) }
    }
    if let (true, Expected::Shows(offer, ..) | Expected::Sends(offer, ..) | Expected::Holds(offer, ..)) =
        (why.is_empty(), &expectation.what)
    {
        let verb = show_verb(rules, expectation.slot);
        let (slot, offer) = (&rules[expectation.slot].name, &rules[*offer].name);
        why.push(format!("no rule of {slot} {verb}s {offer}, nor is it in the slot's fallback list"));
    }
    rest.extend(explanation.change.as_ref().map(ToString::to_string));
    let named = |because: &Because| match because {
        Because::Rule(rule) => rules[*rule].name.clone(),
        Because::Reason(reason) => reason.clone(),
    };
    let reason = |because: &Option<Because>| {
        because.as_ref().map(|because| format!(", because of {}", named(because))).unwrap_or_default()
    };
    let until = |at: Option<Instant>| at.map(|at| format!(" until {}", show_instant(at))).unwrap_or_default();
    let also = |tasks: &Option<Vec<String>>| match tasks.as_deref() {
        None => String::new(),
        Some([]) => ", and also nothing".to_owned(),
        Some(tasks) => format!(", and also {}", tasks.join(", ")),
    };
    let (expected, got) = match &expectation.what {
        Expected::Shows(offer, because, tasks) => {
            let expected = format!("shows {}{}{}", rules[*offer].name, reason(because), also(tasks));
            (expected, explanation.answer.to_string())
        }
        Expected::Sends(offer, channel, because, tasks) => {
            let expected = format!("sends {}{}{}", told(rules, *offer, *channel), reason(because), also(tasks));
            (expected, explanation.answer.to_string())
        }
        Expected::Holds(offer, at, because) => {
            let expected = format!("holds {}{}{}", rules[*offer].name, until(*at), reason(because));
            (expected, explanation.answer.to_string())
        }
        Expected::PassesOverChannel(channel, because) => {
            let name = &rules[*channel].name;
            let said = passed_over(&explanation, name);
            let got = if said.is_empty() {
                explanation.answer.to_string()
            } else {
                said.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
            };
            (format!("passes over {name}, because of {}", named(because)), got)
        }
        Expected::Nothing(at, because) => {
            (format!("gives nothing{}{}", until(*at), reason(because)), explanation.answer.to_string())
        }
        Expected::PassesOver(rule, because) => {
            let name = &rules[*rule].name;
            let line = explanation.candidates.iter().find(|candidate| wanted.is(&candidate.who));
            let got = line.map_or_else(|| format!("{name} is not asked"), ToString::to_string);
            (format!("passes over {name}, because of {}", named(because)), got)
        }
    };
    let spent = if expectation.spends_nothing { spends(rules, &decision) } else { Vec::new() };
    let spent: Vec<String> = spent.into_iter().map(|id| show_called(&rules[id])).collect();
    let expected = if expectation.spends_nothing { format!("{expected}, and spends nothing") } else { expected };
    let got = if spent.is_empty() { got } else { format!("{got}; counts for {}", spent.join(", ")) };
    Mismatch { message, expected, got, why, rest: rest.iter().map(|line| line.trim_start().to_owned()).collect() }
}

/// The candidates that could have brought about what was expected.
struct Wanted {
    rules: Vec<String>,
    /// The offer that a fallback or substitute may show; `Some(None)` is nothing.
    offer: Option<Option<String>>,
}

impl Wanted {
    fn is(&self, who: &Who) -> bool {
        let shows = |what: &str| match &self.offer {
            Some(Some(offer)) => {
                what.strip_prefix("show ").or_else(|| what.strip_prefix("send ")) == Some(offer.as_str())
            }
            Some(None) => what == "nothing",
            None => false,
        };
        match who {
            Who::Rule { rule, .. } => self.rules.contains(rule),
            Who::Substitute { what, .. } => {
                shows(what)
                    || what.strip_prefix("try ").is_some_and(|tried| self.rules.iter().any(|rule| rule == tried))
            }
            Who::Fallback { offer } => self.offer.as_ref() == Some(offer),
        }
    }
}

/// A rule that was named is meant alone; else whoever shows the offer is.
fn wanted(rules: &RuleSet, expectation: &Expectation) -> Wanted {
    let slot = &rules[expectation.slot];
    let named = |because: &Option<Because>| match because {
        Some(Because::Rule(rule)) => Some(rules[*rule].name.clone()),
        Some(Because::Reason(_)) | None => None,
    };
    let (offer, named) = match &expectation.what {
        Expected::Shows(offer, because, _) => (Some(Some(*offer)), named(because)),
        Expected::Sends(offer, _, because, _) => (Some(Some(*offer)), named(because)),
        Expected::Holds(offer, _, because) => (Some(Some(*offer)), named(because)),
        Expected::Nothing(_, because) => (Some(None), named(because)),
        // Whoever would be sent by it.
        Expected::PassesOverChannel(channel, _) => {
            let by = |rule: &&RuleId| rules.channels_of(&rules[**rule]).contains(channel);
            let rules = slot.order.iter().filter(by).map(|rule| rules[*rule].name.clone()).collect();
            return Wanted { rules, offer: None };
        }
        Expected::PassesOver(rule, _) => (None, Some(rules[*rule].name.clone())),
    };
    let shows = |rule: &&RuleId| Some(Some(rules[**rule].show)) == offer;
    match named {
        Some(named) => Wanted { rules: vec![named], offer: None },
        None => Wanted {
            rules: slot.order.iter().filter(shows).map(|rule| rules[*rule].name.clone()).collect(),
            offer: offer.map(|offer| offer.map(|offer| rules[offer].name.clone())),
        },
    }
}

/// A candidate's line, with the step at which it dropped out.
fn because_of(candidate: &Candidate) -> String {
    let Fate::Drops(reasons) = &candidate.fate else { return candidate.to_string().trim_start().to_owned() };
    let step = reasons.first().map_or("a step", Reason::step);
    candidate.to_string().trim_start().replacen(": ", &format!(" drops out at {step}: "), 1)
}

/// Runs a test of the language: the expectations that are not met, each with what was decided instead.
pub fn run<'a>(rules: &RuleSet, case: &'a Case) -> Vec<(&'a Expectation, Mismatch)> {
    let (_, frames) = frames(rules, case);
    let failed = |(expectation, frame): (&'a Expectation, &Frame)| {
        let mismatch = meets(rules, frame, expectation).err()?;
        Some((expectation, *mismatch))
    };
    case.expectations.iter().zip(&frames).filter_map(failed).collect()
}

/// The answer is the one expected; is it there for the reason expected?
fn won_because(rules: &RuleSet, frame: &Frame, decision: &Decision, because: Option<&Because>) -> Result<(), String> {
    let Some(because) = because else {
        return Ok(());
    };
    let (rule, named) = match because {
        Because::Rule(rule) => (Some(*rule), rules[*rule].name.as_str()),
        Because::Reason(reason) => (None, reason.as_str()),
    };
    let met = match decision.by {
        By::Rule(winner) => {
            rule == Some(winner)
                || named == rules[winner].name
                || (rule.is_none() && (is_silent(decision) && named == SILENT || won_by(rules, frame, decision, named)))
        }
        By::Substitute(..) if is_silent(decision) && rule.is_none() && named == SILENT => true,
        By::Substitute(of, _) => rule == Some(of) || named == rules[of].name || dropped_for(rules, frame, of, named),
        By::Fallback(_) => rule.is_none() && named == "fallback",
        By::SlotOff => {
            rule.is_none() && (named == "switched off" || rules[decision.slot].off.as_deref() == Some(named))
        }
    };
    // That something was set aside is no reason for an answer, but stands beside it.
    let met = met || rule.is_none() && set_aside(rules, frame, decision.slot).iter().any(|line| line == named);
    if met { Ok(()) } else { Err(format!("expected this because of {named}")) }
}

/// The short reason of a message that arrives without a sound.
const SILENT: &str = "silent";

fn is_silent(decision: &Decision) -> bool {
    match decision.outcome {
        Outcome::Sends { silent, .. } => silent,
        Outcome::Shows(_) | Outcome::Holds { .. } | Outcome::Nothing => false,
    }
}

/// Whether the rule outranked another candidate in just that way: `tie`.
fn won_by(rules: &RuleSet, frame: &Frame, decision: &Decision, named: &str) -> bool {
    let explanation = without_change(rules, frame, decision.slot);
    explanation.candidates.iter().any(|candidate| match &candidate.fate {
        Fate::Outranked { how, .. } => how.is_named(named),
        Fate::Wins | Fate::Drops(_) | Fate::TriedBefore | Fate::NotNeeded => false,
    })
}

/// The tasks that are expected are all that the decision carries.
fn carries(rules: &RuleSet, decision: &Decision, expected: Option<&[String]>) -> Result<(), String> {
    let Some(expected) = expected else {
        return Ok(());
    };
    if decision.tasks(rules) == expected {
        return Ok(());
    }
    let listed = if expected.is_empty() { "nothing".to_owned() } else { expected.join(", ") };
    Err(format!("expected also {listed}"))
}

fn dropped_for(rules: &RuleSet, frame: &Frame, rule: RuleId, named: &str) -> bool {
    let Flat { rules, frame } = Flat::of(rules, frame);
    let (rules, frame) = (&*rules, &*frame);
    let guarded = Guarded::new(rules, frame);
    let reasons = guarded.dropped(rule).map(|dropped| rule_reasons(&guarded, rule, &dropped)).unwrap_or_default();
    reasons.iter().any(|reason| reason.is_named(named))
}

/// Whether `named` says of a rule that another one, perhaps `by`, came first: `outranked`, `outranked by sale`.
fn is_outranked(by: &str, how: &Outranking, named: &str) -> bool {
    let stands_behind = !matches!(how, Outranking::Stops { .. });
    stands_behind
        && named.strip_prefix("outranked").is_some_and(|rest| rest.is_empty() || rest.strip_prefix(" by ") == Some(by))
}

fn passes_over(rules: &RuleSet, explanation: &Explanation, rule: RuleId, because: &Because) -> Result<(), String> {
    let name = &rules[rule].name;
    let named = match because {
        Because::Rule(other) => rules[*other].name.as_str(),
        Because::Reason(reason) => reason.as_str(),
    };
    let line = explanation.candidates.iter().find(|candidate| match &candidate.who {
        Who::Rule { rule, .. } => rule == name,
        Who::Substitute { .. } | Who::Fallback { .. } => false,
    });
    let expected = format!("expected it to pass over {name} because of {named}");
    match line.map(|line| &line.fate) {
        Some(Fate::Drops(reasons)) if reasons.iter().any(|reason| reason.is_named(named)) => Ok(()),
        Some(fate @ Fate::Outranked { by, how })
            if by == named || how.is_named(named) || is_outranked(by, how, named) || fate.to_string() == named =>
        {
            Ok(())
        }
        Some(Fate::Wins) => Err(format!("expected it to pass over {name}")),
        Some(fate @ (Fate::Drops(_) | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded)) => {
            Err(format!("{expected}, not because it is {fate}"))
        }
        None => Err(format!("expected it to pass over {name}, which is no rule of the slot or was not asked")),
    }
}

/// Why a channel was passed over, by whichever candidate was tried.
fn passed_over<'e>(explanation: &'e Explanation, channel: &str) -> Vec<&'e Reason> {
    let of = |candidate: &'e Candidate| {
        let dropped = match &candidate.fate {
            Fate::Drops(reasons) => reasons.as_slice(),
            Fate::Wins | Fate::Outranked { .. } | Fate::TriedBefore | Fate::NotNeeded => &[],
        };
        candidate.passed_over.iter().chain(dropped)
    };
    let all = explanation.candidates.iter().flat_map(of);
    all.filter(|reason| reason.channel() == Some(channel)).collect()
}

fn passes_over_channel(
    rules: &RuleSet,
    explanation: &Explanation,
    channel: ChannelId,
    because: &Because,
) -> Result<(), String> {
    let name = &rules[channel].name;
    let named = match because {
        Because::Rule(rule) => rules[*rule].name.as_str(),
        Because::Reason(reason) => reason.as_str(),
    };
    let said = passed_over(explanation, name);
    if said.is_empty() {
        return Err(format!("expected it to pass over {name}"));
    }
    if said.iter().any(|reason| reason.is_named(named)) {
        return Ok(());
    }
    let why = said.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    Err(format!("expected it to pass over {name} because of {named}, not because of {why}"))
}
