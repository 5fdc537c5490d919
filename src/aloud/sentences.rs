//! The sentences of a rule, in the order in which people ask: what, when, for whom, for whom not, with which consent,
//! against whom it stands, how often, what instead, and whom to ask.

use super::caps::{after, at_most};
use super::{Sentence, amounts, channels, predicate, times};
use crate::model::show::show_text;
use crate::model::{
    Active, Basis, BlockCause, BlockId, Clause, Order, Outside, Purpose, PurposeId, Rank, Rule, RuleId, RuleSet,
    Substitute, WindowId,
};
use crate::value::show_date;

/// All of them, definitions left out.
pub(super) fn of(rules: &RuleSet, id: RuleId) -> Vec<Sentence> {
    let rule = &rules[id];
    let mut said = vec![what(rules, rule)];
    said.extend(labels(rule));
    said.extend(rule.off.as_ref().map(|why| Sentence::plain(format!("It is switched off: {}.", show_text(why)))));
    said.extend(rule.active.map(|active| dates(rules, "It", active)));
    said.extend(offer(rules, rule));
    said.extend(
        rules[rule.slot]
            .off
            .as_ref()
            .map(|why| Sentence::plain(format!("`{}` is switched off: {}.", rules[rule.slot].name, show_text(why)))),
    );
    said.extend(channels::of(rules, id));
    if !rule.when.is_empty() {
        said.push(audience(rules, &rule.when));
    }
    if !rule.unless.is_empty() {
        said.push(spared(rules, &rule.unless, rule.when.is_empty()));
    }
    if rule.when.is_empty() && rule.unless.is_empty() {
        said.push(Sentence::plain("It is for every customer."));
    }
    said.extend(rule.needs.iter().map(|purpose| need(rules, *purpose)));
    said.extend(order(rules, rule));
    said.extend(rule.rank.as_ref().map(|rank| score(rules, rank)));
    said.extend(ties(rules, rule));
    if !rule.tasks.is_empty() {
        let tasks: Vec<String> = rule.tasks.iter().map(|task| format!("`{task}`")).collect();
        said.push(Sentence::plain(format!("Where it wins, the host also carries out {}.", tasks.join(" and "))));
    }
    said.extend(rules.blocks_on(id).into_iter().map(|block| blocked(rules, block)));
    said.extend(rules.caps_on(id).into_iter().map(|cap| at_most(rules, cap, rules[id].slot)));
    let goes = if rules.sends(rules[id].slot) { "sent" } else { "shown" };
    said.extend(rules.windows_on(id).into_iter().flat_map(|window| hours(rules, window, goes)));
    if let Some(clause) = &rule.expires {
        let lead = "Its time is over for everybody of whom it is so, or not known, that";
        said.push(Sentence::about(lead, "", vec![predicate::point(rules, &clause.condition)]));
    }
    let substitutes = [
        ("If a cap, a pause or a gap stops it", rule.if_capped),
        (no_consent(rules, rule), rule.if_no_consent),
        (
            "If something it asks for was never given or is too old, and nothing else speaks against the customer",
            rule.if_unknown,
        ),
    ];
    said.extend(substitutes.into_iter().filter_map(|(lead, found)| Some(instead(rules, rule, lead, found?))));
    said.extend(people(rules, id));
    said
}

fn what(rules: &RuleSet, rule: &Rule) -> Sentence {
    let slot = &rules[rule.slot];
    let (offer, class) = (&rules[rule.show].name, rule.class.word());
    Sentence::plain(if slot.sends() {
        format!("It sends `{offer}`, an offer of class {class}, in `{}`.", slot.name)
    } else {
        format!("It shows `{offer}`, an offer of class {class}, in `{}` on {}.", slot.name, slot.place)
    })
}

fn labels(rule: &Rule) -> Vec<Sentence> {
    let label = (!rule.label.is_empty()).then(|| format!("It is called {}.", show_text(&rule.label)));
    let about = rule.about.as_ref().map(|about| format!("It is there for this: {}.", show_text(about)));
    label.into_iter().chain(about).map(Sentence::plain).collect()
}

/// What its offer says of itself.
fn offer(rules: &RuleSet, rule: &Rule) -> Vec<Sentence> {
    let offer = &rules[rule.show];
    let name = format!("`{}`", offer.name);
    let off = offer.off.as_ref().map(|why| Sentence::plain(format!("{name} is switched off: {}.", show_text(why))));
    off.into_iter().chain(offer.active.map(|active| dates(rules, &name, active))).collect()
}

fn dates(rules: &RuleSet, who: &str, active: Active) -> Sentence {
    Sentence::plain(format!("{who} {}.", times::runs(rules, active)))
}

fn audience(rules: &RuleSet, when: &[Clause]) -> Sentence {
    let points = when.iter().map(|clause| predicate::point(rules, &clause.condition)).collect();
    Sentence::about(
        "It is for customers of whom we know that",
        "It is for customers of whom we know all of this",
        points,
    )
}

fn spared(rules: &RuleSet, unless: &[Clause], from_all: bool) -> Sentence {
    let points = unless.iter().map(|clause| predicate::point(rules, &clause.condition)).collect();
    let who = if from_all { "It is for every customer, but for nobody" } else { "It is for nobody" };
    Sentence::about(
        &format!("{who} of whom it is so, or not known, that"),
        &format!("{who} of whom any one of these is so, or not known"),
        points,
    )
}

fn need(rules: &RuleSet, id: PurposeId) -> Sentence {
    Sentence::plain(needed(rules, "It", id))
}

/// What it takes to be open.
pub(super) fn needed(rules: &RuleSet, who: &str, id: PurposeId) -> String {
    let purpose = &rules[id];
    let label = if purpose.label.is_empty() { String::new() } else { format!(" ({})", show_text(&purpose.label)) };
    let asked = terms(purpose);
    let name = format!("`{}`{label}{asked}", purpose.name);
    match &purpose.basis {
        Basis::Consent => format!("{who} needs the customer's consent to {name}."),
        Basis::ExplicitConsent => format!("{who} needs the customer's explicit consent to {name}."),
        Basis::LegitimateInterest(_) => format!("{who} is for nobody who objects to {name}."),
    }
}

/// What a grant must be besides given.
pub(super) fn terms(purpose: &Purpose) -> String {
    let confirmed = purpose.confirmed.then(|| "confirmed".to_owned());
    let version = purpose.version.map(|version| format!("of version {version} or later"));
    let valid = purpose.valid.map(|valid| format!("not older than {valid}"));
    let terms: Vec<String> = [confirmed, version, valid].into_iter().flatten().collect();
    if terms.is_empty() { String::new() } else { format!(", {}", terms.join(", ")) }
}

/// The place among the rules with which it competes; nothing where it has neither a place nor others beside it.
fn order(rules: &RuleSet, rule: &Rule) -> Option<Sentence> {
    let of_class = rules[rule.slot].order.iter().filter(|other| rules[**other].class == rule.class);
    if rule.order == Order::Unordered && of_class.count() < 2 {
        return None;
    }
    let among = format!("Among the {} rules of `{}`", rule.class.word(), rules[rule.slot].name);
    Some(Sentence::plain(match &rule.order {
        Order::Unordered => format!("{among} it has no place that its author gave it."),
        Order::Priority(priority) => format!("{among} it has priority {priority}, and the higher one wins."),
        Order::Before(others) => {
            let names: Vec<String> = others.iter().map(|other| format!("`{}`", rules[*other].name)).collect();
            format!("{among} it wins over {}.", names.join(" and "))
        }
    }))
}

fn score(rules: &RuleSet, rank: &Rank) -> Sentence {
    let by = amounts::said(rules, &rank.by);
    Sentence::plain(format!("Among those of the same priority the highest score wins, and its score is {by}."))
}

fn ties(rules: &RuleSet, rule: &Rule) -> Option<Sentence> {
    let tags: Vec<String> = rules[rule.slot].ties.iter().map(|tag| format!("`{}`", rules[*tag])).collect();
    let first = if tags.is_empty() { return None } else { tags.join(", then ") };
    Some(Sentence::plain(format!("Among equals the one whose offer is tagged {first} comes first.")))
}

fn blocked(rules: &RuleSet, id: BlockId) -> Sentence {
    let block = &rules[id];
    let label = if block.label.is_empty() { String::new() } else { format!(": {}", show_text(&block.label)) };
    let whose = format!("(`{}`{label})", block.name);
    match &block.cause {
        BlockCause::After(cap) => Sentence::plain(format!("It is held back {whose} {}.", after(rules, *cap))),
        BlockCause::While(clause) => {
            let lead = format!("It is held back {whose} from everybody of whom it is so, or not known, that");
            Sentence::about(&lead, "", vec![predicate::point(rules, &clause.condition)])
        }
    }
}

/// Its hours, whose clocks they are, and what becomes of it outside; then a sentence for each row that is about somebody.
/// `goes` is what it is then: shown, sent, `sent by push`.
pub(super) fn hours(rules: &RuleSet, id: WindowId, goes: &str) -> Vec<Sentence> {
    let window = &rules[id];
    let label = if window.label.is_empty() { String::new() } else { format!(": {}", show_text(&window.label)) };
    let always: Vec<String> = window.rows.iter().filter(|row| row.when.is_none()).map(times::open).collect();
    let when = if always.is_empty() { "at any hour of the days named".to_owned() } else { always.join(", and ") };
    let outside = match window.outside {
        Outside::Hold(Some(most)) => format!("outside it waits, at most {most}"),
        Outside::Hold(None) => "outside it waits until it expires".to_owned(),
        Outside::Drop => "outside it drops out".to_owned(),
        Outside::NextChannel => "outside the next channel is tried".to_owned(),
    };
    let (zones, name) = (times::zones(rules, &window.zones), &window.name);
    let mut said =
        vec![Sentence::plain(format!("It is {goes} {when}, by the clocks of {zones} (`{name}`{label}); {outside}."))];
    for row in &window.rows {
        let Some(clause) = &row.when else { continue };
        let lead = format!(
            "By `{name}` it is {goes} only {} to everybody of whom it is so, or not known, that",
            times::open(row)
        );
        said.push(Sentence::about(&lead, "", vec![predicate::point(rules, &clause.condition)]));
    }
    said
}

/// When `if no consent` stands in.
fn no_consent(rules: &RuleSet, rule: &Rule) -> &'static str {
    if rules.sends(rule.slot) {
        "If a purpose that it or one of its channels needs is closed, and nothing else speaks against the customer"
    } else {
        "If a purpose it needs is closed, and nothing else speaks against the customer"
    }
}

fn instead(rules: &RuleSet, rule: &Rule, lead: &str, substitute: Substitute) -> Sentence {
    Sentence::plain(match substitute {
        Substitute::Show(offer) if rules.sends(rule.slot) => {
            format!("{lead}, `{}` is sent in its place, by the same channels.", rules[offer].name)
        }
        Substitute::Show(offer) => format!("{lead}, `{}` is shown in its place.", rules[offer].name),
        Substitute::Try(rule) => format!("{lead}, the rule `{}` is tried in its place.", rules[rule].name),
        Substitute::Nothing if rules.sends(rule.slot) => format!("{lead}, nothing is sent."),
        Substitute::Nothing => format!("{lead}, the slot stays empty."),
    })
}

fn people(rules: &RuleSet, id: RuleId) -> Vec<Sentence> {
    let rule = &rules[id];
    let said = [
        rule.because.as_ref().map(|because| format!("A customer who asks why reads: {}.", show_text(because))),
        rule.owner.as_ref().map(|owner| format!("It belongs to {}.", show_text(owner))),
        rule.metric.as_ref().map(|metric| format!("It is measured by {}.", show_text(metric))),
        rule.ticket.as_ref().map(|ticket| format!("Its ticket is {}.", show_text(ticket))),
        rule.review_by.map(|day| {
            let then = match rules.last_day(id) {
                Some(last) => format!("else {} is the last day on which it goes on", show_date(last)),
                None => format!("being of class {}, it goes on without", rule.class.word()),
            };
            format!("It must be looked at again by {}; {then}.", show_date(day))
        }),
    ];
    said.into_iter().flatten().map(Sentence::plain).collect()
}
