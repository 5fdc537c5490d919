//! Whose events a cap counts together, and what follows where that is not known, or where nobody can say what happened.

use super::Pass;
use super::literals::period;
use super::names::{Kind, Meaning};
use super::purposes::Once;
use crate::diagnostics::codes::{resolve, types};
use crate::diagnostics::{Diagnostic, nearest};
use crate::model::{AttributeId, CapId, CapUnit, RuleId, Then, limits};
use crate::source::Span;
use crate::syntax::tree;
use crate::value::{Instant, Period, Type};

/// The clauses that say so, as they stand in a cap, a pause or a gap.
#[derive(Default)]
pub(super) struct Written<'t> {
    pub(super) per: Once<&'t tree::CapUnit>,
    pub(super) without: Once<&'t tree::CapUnit>,
    pub(super) alone: Once<()>,
    pub(super) reserve: Once<Period>,
    pub(super) store_down_blocks: Once<bool>,
    pub(super) then: Once<tree::Then>,
}

/// What they come to.
pub(super) struct Terms {
    pub(super) unit: CapUnit,
    pub(super) alone: bool,
    pub(super) reserve: Option<Period>,
    pub(super) store_down_blocks: Option<bool>,
    /// With the place of the clause.
    pub(super) then: Option<(Then, Span)>,
}

impl Pass<'_> {
    /// `None` where `per` is not there, or wrong; what clashes is reported.
    pub(super) fn terms(&mut self, written: Written<'_>) -> Option<Terms> {
        let Written { per, without, alone, reserve, store_down_blocks, then } = written;
        let per = per.value?;
        let unit = self.cap_unit(per)?;
        if let Some(named) = without.value {
            let other = self.cap_unit(named)?;
            if other != unit {
                let message = "`without` names another unit than `per`";
                let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, named.span(), message)
                    .primary("not what is counted by")
                    .label(per.span(), "counted by this")
                    .help("name what stands behind `per`, or leave `without .. block` out: it is so anyway");
                self.report(finding);
            }
        }
        if let (Some(alone), Some(without)) = (alone.span(), without.span()) {
            let message = "`alone` lets through whom `without .. block` stops";
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, alone, message)
                .primary("counts only within the request where nobody is known")
                .label(without, "blocks where nobody is known")
                .help("keep one of the two");
            self.report(finding);
        }
        if let (Some(alone), CapUnit::Everybody) = (alone.span(), unit) {
            let finding = Diagnostic::new(&resolve::CLAUSES_CLASH, alone, "everybody is always known")
                .primary("would never apply")
                .label(per.span(), "counted for everybody together")
                .help("leave `alone` out");
            self.report(finding);
        }
        let (alone, reserve) = (alone.value.is_some(), reserve.value);
        let then = match (then.value, then.span()) {
            (Some(written), Some(span)) => Some((self.then(written, span)?, span)),
            (Some(_) | None, _) => None,
        };
        Some(Terms { unit, alone, reserve, store_down_blocks: store_down_blocks.value, then })
    }

    fn then(&mut self, written: tree::Then, span: Span) -> Option<Then> {
        match written {
            tree::Then::Next => Some(Then::Next),
            tree::Then::Stop => Some(Then::Stop),
            tree::Then::Hold(most) => self.longest_hold(most, span).map(Then::Hold),
        }
    }

    /// A wait that ends within a year (R32).
    pub(super) fn longest_hold(&mut self, most: tree::Duration, span: Span) -> Option<Period> {
        if let Some(finding) = super::literals::no_time(most) {
            self.report(finding);
            return None;
        }
        let most = period(most);
        if Instant(0).plus(most) > Instant(0).plus(limits::HOLD) {
            let message = format!("nothing is held for longer than {}", limits::HOLD);
            let finding = Diagnostic::new(&types::BAD_RANGE, span, message)
                .help("hold for hours or days; what waits longer is better decided anew");
            self.report(finding);
            return None;
        }
        Some(most)
    }

    fn cap_unit(&mut self, unit: &tree::CapUnit) -> Option<CapUnit> {
        match unit {
            tree::CapUnit::Customer(_) => Some(CapUnit::Customer),
            tree::CapUnit::Everybody(_) => Some(CapUnit::Everybody),
            tree::CapUnit::Attribute(name) => self.unit_attribute(name).map(CapUnit::Attribute),
        }
    }

    fn unit_attribute(&mut self, name: &tree::Name) -> Option<AttributeId> {
        if self.is_unknown_unit(name) {
            return None;
        }
        let Some(Meaning::Attribute(id)) = self.meaning(name, None) else {
            if self.is_declared(&name.text) && !self.collected.attributes.contains_key(name.text.as_str()) {
                let message = format!("`{}` is no attribute", name.text);
                self.report(Diagnostic::new(&types::CAP_UNIT, name.span, message).primary("whose events?"));
            }
            return None;
        };
        let attribute = self.rules.attributes.get(id.index())?;
        let (lacks, help) = if attribute.key {
            ("is the customer's key", "write `per customer`".to_owned())
        } else if attribute.ty != Type::Text {
            ("is no text", format!("declare it as `{}: text`, or write `per customer`", name.text))
        } else if attribute.never_used {
            ("is never used", "count by another attribute, or write `per customer`".to_owned())
        } else if attribute.protective {
            ("may only spare people", "count by another attribute, or write `per customer`".to_owned())
        } else {
            return Some(id);
        };
        let message = format!("nothing can be counted by `{}`: it {lacks}", name.text);
        let finding = Diagnostic::new(&types::CAP_UNIT, name.span, message)
            .primary("whose events are counted together")
            .label(attribute.span, "declared here")
            .help(help);
        self.report(finding);
        None
    }

    /// Whether nothing is declared by that name. What can be counted by is said then: a text, or whoever is meant by a
    /// word that is misspelt.
    fn is_unknown_unit(&mut self, name: &tree::Name) -> bool {
        let kinds = [Kind::Attribute, Kind::Segment, Kind::Value];
        let known = |kind: &Kind| self.names.get(*kind, &name.text).is_some();
        if kinds.iter().any(known) || self.names.attributes_lost() {
            return false;
        }
        let texts = self.rules.attributes.iter().filter(|attribute| attribute.ty == Type::Text && !attribute.key);
        let texts = texts.map(|attribute| attribute.name.as_str());
        let meant = nearest(&name.text, ["customer", "everybody"].into_iter().chain(texts)).map(str::to_owned);
        let message = format!("there is no attribute `{}` whose events could be counted together", name.text);
        let finding = Diagnostic::new(&resolve::UNKNOWN_ATTRIBUTE, name.span, message).primary("not declared");
        self.report(match meant {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?")).suggest(format!("write `{meant}`"), name.span, meant)
            }
            None => finding.help(format!(
                "write `per customer`, or declare what many customers share in the customer block: `{}: text`",
                name.text
            )),
        });
        true
    }

    /// The caps that bind a rule together: its own and its offer's, and with them those of each channel that it may go by.
    fn bound_together(&self, rule: RuleId) -> Vec<Vec<CapId>> {
        let (own, show) = (self.rules.caps_on(rule), self.rules[rule].show);
        let channels = self.rules.channels_of(&self.rules[rule]).iter();
        let of_channels = channels.map(|id| self.rules.channel_caps(*id, show, Some(rule)));
        std::iter::once(Vec::new()).chain(of_channels).map(|caps| [own.clone(), caps].concat()).collect()
    }

    /// Caps among these that say `alone`, and no other on another unit stands beside them.
    fn unbacked<'c>(&'c self, bound: &'c [CapId]) -> impl Iterator<Item = CapId> + 'c {
        let backs = |other: &CapId, unit: CapUnit| !self.rules[*other].alone && self.rules[*other].unit != unit;
        let is_backed = move |cap: &CapId| bound.iter().any(|other| backs(other, self.rules[*cap].unit));
        bound.iter().copied().filter(move |cap| self.rules[*cap].alone && !is_backed(cap))
    }

    /// A cap that counts only within the request where nobody is known needs another one beside it (R27).
    pub(super) fn alone_is_backed(&mut self) {
        let mut found: Vec<(Span, Span, String)> = Vec::new();
        let mut left_out: Vec<(Kind, String)> = Vec::new();
        for at in 0..self.rules.rules.len() {
            let rule = RuleId::from_index(at);
            let unbacked: Vec<CapId> =
                self.bound_together(rule).iter().flat_map(|bound| self.unbacked(bound)).collect();
            for cap in unbacked.into_iter().map(|cap| &self.rules[cap]) {
                left_out.push(match cap.rule {
                    Some(rule) => (Kind::Rule, self.rules[rule].name.clone()),
                    None => (Kind::Cap, cap.name.clone()),
                });
                if !found.iter().any(|(span, ..)| *span == cap.span) {
                    found.push((cap.span, self.rules[rule].span, self.rules[rule].name.clone()));
                }
            }
        }
        for (kind, name) in left_out {
            self.poison(kind, &name);
        }
        for (span, rule, name) in found {
            let message = format!("nothing limits `{name}` where nobody is known");
            let finding = Diagnostic::new(&resolve::ALONE_UNBACKED, span, message)
                .primary("`alone` counts only within one request then")
                .label(rule, "bound by no other cap on another unit")
                .help("add a cap `per everybody` or `per` another attribute, or leave `alone` out");
            self.report(finding);
        }
    }
}
