//! What is declared and never used, and slots without rules.
//!
//! Takes a rule set; gives findings. A declaration is used when anything else names it; if `a` is used only by `b`, and
//! `b` by nobody, only `b` is reported, since removing it brings `a` to light. Attributes are not reported: they
//! describe the data at hand, and what no rule may read says `never used`.
//!
//! What was left out for an error of its own may have used anything it names: [`LeftOut`] says what (R52).

use super::references::RuleGraph;
use super::thing::{Link, Thing};
use crate::diagnostics::codes::lint;
use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::model::{
    Block, BlockCause, BlockId, Cap, CapId, CapTarget, ChannelId, Class, EventId, LeftOut, Offer, OfferId, PurposeId,
    RuleSet, SegmentId, SlotId, TagId, ValueId, WindowId,
};

/// Declarations that nobody uses, in the order of their kinds.
pub fn unused(rules: &RuleSet, left_out: &[LeftOut]) -> Vec<Diagnostic> {
    let graph = RuleGraph::new(rules);
    let look = Look { rules, graph: &graph, left_out };
    let mut found = Vec::new();
    found.extend((0..rules.segments.len()).filter_map(|at| look.named(Thing::Segment(SegmentId::from_index(at)))));
    found.extend((0..rules.values.len()).filter_map(|at| look.named(Thing::Value(ValueId::from_index(at)))));
    found.extend((0..rules.offers.len()).filter_map(|at| look.named(Thing::Offer(OfferId::from_index(at)))));
    found.extend((0..rules.purposes.len()).filter_map(|at| look.named(Thing::Purpose(PurposeId::from_index(at)))));
    found.extend((0..rules.channels.len()).filter_map(|at| look.named(Thing::Channel(ChannelId::from_index(at)))));
    let declared = crate::model::Event::BUILT_IN.len()..rules.events.len();
    found.extend(declared.filter_map(|at| look.named(Thing::Event(EventId::from_index(at)))));
    found.extend((0..rules.caps.len()).filter_map(|at| look.cap(CapId::from_index(at))));
    found.extend(rules.blocks.iter().enumerate().filter_map(|(at, block)| look.block(BlockId::from_index(at), block)));
    found.extend((0..rules.windows.len()).filter_map(|at| look.window(WindowId::from_index(at))));
    found.extend((0..rules.tags.len()).filter_map(|at| look.tag(TagId::from_index(at))));
    found.extend((0..rules.slots.len()).filter_map(|at| look.slot(SlotId::from_index(at))));
    found
}

struct Look<'a> {
    rules: &'a RuleSet,
    graph: &'a RuleGraph,
    left_out: &'a [LeftOut],
}

impl Look<'_> {
    fn named(&self, thing: Thing) -> Option<Diagnostic> {
        // A cap counts an offer or binds it, which shows it to nobody.
        let uses = |link: &Link| match (thing, link) {
            (Thing::Offer(_), Link::Counts) => false,
            // That a condition reads the permission sends nothing.
            (Thing::Channel(_), Link::Reads | Link::Excludes) => false,
            (
                _,
                Link::Reads
                | Link::Excludes
                | Link::Needs
                | Link::Shows
                | Link::IfCapped
                | Link::IfNoConsent
                | Link::IfUnknown
                | Link::Holds
                | Link::FallsBack
                | Link::BoundBy
                | Link::Counts
                | Link::Carries
                | Link::Ties
                | Link::SendsBy
                | Link::Before,
            ) => true,
        };
        let used = self.graph.used_by(thing).iter().any(|(link, user)| *user != thing && uses(link));
        if used || self.may_be_used(thing) {
            return None;
        }
        let (code, what): (&'static Code, &str) = match thing {
            Thing::Segment(_) => (&lint::UNUSED_SEGMENT, "no rule, segment or fallback reads it"),
            Thing::Value(_) => (&lint::UNUSED_VALUE, "no rule, segment or fallback reads it"),
            Thing::Offer(_) => (&lint::UNUSED_OFFER, "no rule and no fallback shows it"),
            Thing::Purpose(_) => {
                (&lint::UNUSED_PURPOSE, "no rule and no attribute needs it, and no condition reads it")
            }
            Thing::Event(_) => {
                let message = format!(
                    "nothing reads event `{}`: whatever is reported of it changes no decision",
                    thing.name(self.rules)
                );
                let help = "count it in a cap, pause or block, or ask for it in a condition (`times`, `last`); if it is only collected for now, allow the finding and say until when; else remove it";
                return Some(
                    Diagnostic::new(&lint::UNUSED_EVENT, thing.span(self.rules)?, message)
                        .primary("no cap, pause, gap or block counts it, and no condition asks for it")
                        .help(help),
                );
            }
            Thing::Channel(_) => (&lint::UNUSED_CHANNEL, "no slot sends by it"),
            Thing::Attribute(_)
            | Thing::Tag(_)
            | Thing::Slot(_)
            | Thing::Rule(_)
            | Thing::Cap(_)
            | Thing::Window(_) => return None,
        };
        let message = format!("{} `{}` is never used", thing.word(), thing.name(self.rules));
        let help = format!("remove the {}, or use it", thing.word());
        Some(Diagnostic::new(code, thing.span(self.rules)?, message).primary(what).help(help))
    }

    fn cap(&self, id: CapId) -> Option<Diagnostic> {
        let thing = Thing::Cap(id);
        let binds = self.graph.used_by(thing).iter().any(|(link, _)| *link == Link::BoundBy);
        if binds || self.target_may_be_carried(id) || self.may_be_used(thing) {
            return None;
        }
        let cap = &self.rules[id];
        let word = cap.kind.word();
        let message = match cap.rule {
            Some(rule) => format!("this {word} of `{}` binds nothing", self.rules[rule].name),
            None => format!("{word} `{}` binds nothing", cap.name),
        };
        let Unbound { why, help } = unbound(self.rules, cap)?;
        Some(Diagnostic::new(&lint::UNUSED_CAP, cap.span, message).primary(why).help(help))
    }

    /// A block while a condition that stops nobody; one after an event is found by what it counts.
    fn block(&self, id: BlockId, block: &Block) -> Option<Diagnostic> {
        // What was left out may be what it is on.
        if self.rules.block_binds(id) || matches!(block.cause, BlockCause::After(_)) || !self.left_out.is_empty() {
            return None;
        }
        let message = format!("block `{}` binds nothing", block.name);
        let diagnostic = Diagnostic::new(&lint::UNUSED_CAP, block.span, message)
            .primary("what it is `on` has no offer of class marketing, lifecycle or service")
            .help("give an offer its tag, name another target after `on`, or remove the block");
        Some(diagnostic)
    }

    /// A window that closes for nobody.
    fn window(&self, id: WindowId) -> Option<Diagnostic> {
        // What was left out may be what it is on.
        if self.rules.window_binds(id) || !self.left_out.is_empty() {
            return None;
        }
        let window = &self.rules[id];
        let message = format!("window `{}` binds nothing", window.name);
        let diagnostic = Diagnostic::new(&lint::UNUSED_WINDOW, window.span, message)
            .primary("what it is `on` has no offer of class marketing, lifecycle or service")
            .help("give an offer its tag, name another target after `on`, or remove the window");
        Some(diagnostic)
    }

    /// An offer left out may carry the tag, and a rule left out may be the target.
    fn target_may_be_carried(&self, id: CapId) -> bool {
        self.graph.uses(Thing::Cap(id)).iter().any(|(_, target)| self.may_be_used(*target))
    }

    /// Whether anything names a tag but the offers that carry it: what is `on` it or leaves it out, what asks for its events,
    /// what orders or rotates by it.
    fn names(&self, id: TagId) -> bool {
        let rules = self.rules;
        let is_of = |target: &CapTarget| match target {
            CapTarget::Tags(of) => of.contains(&id),
            CapTarget::Offers(_)
            | CapTarget::Rules(_)
            | CapTarget::Classes(_)
            | CapTarget::Channels(_)
            | CapTarget::Anything => false,
        };
        let leaves_out = |cap: &Cap| cap.exempt.iter().chain(&cap.uncounted).any(is_of);
        self.graph.used_by(Thing::Tag(id)).iter().any(|(link, _)| *link != Link::Carries)
            || rules.blocks.iter().any(|block| is_of(&block.target))
            || rules.caps.iter().any(leaves_out)
    }

    /// A tag may be read by something outside; one that nothing names is a finding only beside one that is spelt nearly so.
    fn tag(&self, id: TagId) -> Option<Diagnostic> {
        let counted = |id: TagId| self.names(id);
        if counted(id) || self.may_be_used(Thing::Tag(id)) {
            return None;
        }
        let tag = &self.rules[id];
        let others = (0..self.rules.tags.len()).map(TagId::from_index).filter(|other| counted(*other));
        let meant = nearest(tag, others.map(|other| self.rules[other].as_str()))?;
        let mut carriers = self.rules.offers.iter().filter(|offer| offer.tags.contains(&id)).map(|offer| offer.span);
        let message = format!("nothing names tag `{tag}`, but something names `{meant}`");
        let mut diagnostic = Diagnostic::new(&lint::UNUSED_TAG, carriers.next()?, message)
            .primary(format!("this offer carries `{tag}`"))
            .help(format!("did you mean `{meant}`?"));
        for span in carriers {
            diagnostic = diagnostic.label(span, "so does this one");
        }
        Some(diagnostic)
    }

    fn slot(&self, id: SlotId) -> Option<Diagnostic> {
        let slot = &self.rules[id];
        let may_have_one = |out: &LeftOut| match out.slot {
            Some(slot) => slot == id,
            None => out.names.as_ref().is_none_or(|names| names.contains(&slot.name)),
        };
        if !slot.order.is_empty() || self.left_out.iter().any(may_have_one) {
            return None;
        }
        let message = format!("slot `{}` has no rule", slot.name);
        let diagnostic = Diagnostic::new(&lint::SLOT_WITHOUT_RULES, slot.span, message)
            .primary("everybody sees the fallback")
            .help(format!("write a rule `in {}`, or remove the slot", slot.name));
        Some(diagnostic)
    }

    fn may_be_used(&self, thing: Thing) -> bool {
        let name = thing.name(self.rules);
        self.left_out.iter().any(|out| out.names.as_ref().is_none_or(|names| names.contains(name)))
    }
}

/// Why a cap binds nothing, and what to do about it.
struct Unbound {
    why: String,
    help: String,
}

/// What keeps a cap from everything that it is on; `None` where that binds.
fn unbound(rules: &RuleSet, cap: &Cap) -> Option<Unbound> {
    let word = cap.kind.word();
    // A rule's own clause binds it whatever its class (R26).
    let (on, exempt): (Vec<(Class, bool)>, &str) = match (cap.rule, &cap.target) {
        (Some(rule), _) => (vec![(rules[rule].class, true)], "the rule, or the offer that it shows, is `exempt`"),
        (None, CapTarget::Rules(of)) => {
            let of = of.iter().map(|rule| rules[*rule].class);
            (of.map(|class| (class, rules.obeys_caps(class))).collect(), "the rule that it is `on` is `exempt`")
        }
        (None, CapTarget::Offers(_) | CapTarget::Tags(_) | CapTarget::Classes(_)) => {
            let is_on = |(at, offer): &(usize, &Offer)| match &cap.target {
                CapTarget::Offers(of) => of.contains(&OfferId::from_index(*at)),
                CapTarget::Tags(of) => offer.tags.iter().any(|tag| of.contains(tag)),
                CapTarget::Classes(of) => of.contains(&offer.class),
                CapTarget::Rules(_) | CapTarget::Channels(_) | CapTarget::Anything => false,
            };
            let on = rules.offers.iter().enumerate().filter(is_on).map(|(_, offer)| offer.class);
            let exempt = match &cap.target {
                CapTarget::Offers(_) => "the offer that it is `on` is `exempt`",
                CapTarget::Tags(_) | CapTarget::Classes(_) | CapTarget::Rules(_) | CapTarget::Channels(_) => {
                    "every offer that it is `on` is `exempt`"
                }
                CapTarget::Anything => "everything is `exempt`",
            };
            (on.map(|class| (class, rules.obeys_caps(class))).collect(), exempt)
        }
        (None, CapTarget::Channels(_) | CapTarget::Anything) => return None,
    };
    let another = format!("name another target after `on`, or remove the {word}");
    if on.is_empty() {
        let why = match &cap.target {
            CapTarget::Classes(of) => {
                format!("no offer is of class {}", of.iter().map(|class| class.word()).collect::<Vec<_>>().join(" or "))
            }
            CapTarget::Tags(_)
            | CapTarget::Offers(_)
            | CapTarget::Rules(_)
            | CapTarget::Channels(_)
            | CapTarget::Anything => "no offer carries what it is `on`".to_owned(),
        };
        return Some(Unbound { why, help: format!("give an offer what it is `on`, {another}") });
    }
    if on.iter().any(|(_, obeys)| *obeys) {
        let left = if on.iter().all(|(_, obeys)| *obeys) {
            exempt.to_owned()
        } else {
            "what it is `on` is `exempt`, or of a class that obeys no declared cap".to_owned()
        };
        return Some(Unbound { why: left, help: format!("take something out of `exempt`, or remove the {word}") });
    }
    let mut classes: Vec<&str> = Vec::new();
    for class in Class::ALL.into_iter().filter(|class| on.iter().any(|(of, _)| of == class)) {
        classes.push(class.word());
    }
    Some(Unbound {
        why: format!("all that it is `on` is of class {}, which obeys no declared {word}", classes.join(" or ")),
        help: format!("a rule of class service may carry a `cap` of its own; else {another}"),
    })
}
