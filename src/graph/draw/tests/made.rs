//! Pictures made from a seed: worlds as a marketer would write them, and deliberately awkward ones.

use crate::diagnostics::Severity;
use crate::graph::draw::{ArrowKind, Node, NodeId, NodeKind, Panel, Picture};

/// A small generator of numbers (SplitMix64), so that a seed names a picture for ever.
pub(in crate::graph::draw) struct Dice(u64);

impl Dice {
    pub(in crate::graph::draw) fn new(seed: u64) -> Self {
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub(in crate::graph::draw) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const VERBS: [&str; 10] =
    ["winback", "upgrade", "welcome", "renew", "retain", "crosssell", "reassure", "remind", "thank", "invite"];
const THINGS: [&str; 12] = [
    "fiber",
    "contract",
    "loyal",
    "roaming",
    "premium",
    "tariff",
    "weekend",
    "newsletter",
    "app",
    "invoice",
    "family",
    "device",
];
const ODD: [&str; 8] = [
    "Rückgewinnung_für_Großkund*innen_ohne_Vertragsverlängerung_im_letzten_Jahr",
    "顧客離反防止キャンペーン特別優待プログラム第二弾",
    "W",
    "ЖЩЮ_Удержание_клиентов_с_высоким_риском_оттока",
    "a<b & \"c\" > 'd'",
    "👩‍👩‍👧‍👦 family 👩‍👩‍👧‍👦 plan 👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
    "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
    "مرحبا_بالعملاء_الجدد_في_البرنامج",
];

fn name(dice: &mut Dice, odd: bool) -> String {
    if odd && dice.chance(40) {
        return dice.pick(&ODD).to_owned();
    }
    format!("{}_{}_{}", dice.pick(&VERBS), dice.pick(&THINGS), dice.below(90) + 10)
}

/// What a generated slot looks like.
#[derive(Clone, Copy)]
pub(in crate::graph::draw) struct Shape {
    pub(in crate::graph::draw) rules: usize,
    /// Names of many scripts and lengths.
    pub(in crate::graph::draw) odd: bool,
    /// Arrows of every kind between any two boxes, sense or not.
    pub(in crate::graph::draw) wild: bool,
    /// Every rule has an offer of its own.
    pub(in crate::graph::draw) own_offers: bool,
}

/// A slot as people write them.
pub(in crate::graph::draw) fn slot(dice: &mut Dice, at: usize, shape: Shape) -> Panel {
    let rules = shape.rules;
    let mut panel = Panel::new(format!("{}_{at}", dice.pick(&THINGS)), "on web · accepts marketing, service");
    let some = |dice: &mut Dice, panel: &mut Panel, kind: NodeKind, count: usize, line: &str| -> Vec<NodeId> {
        (0..count).map(|_| panel.add(Node::new(kind, name(dice, shape.odd), line))).collect()
    };
    let scale = (rules as f64).sqrt();
    let count = |share: f64| ((scale * share).round() as usize).max(1);
    let segments = some(dice, &mut panel, NodeKind::Segment, count(1.4), "");
    let values = some(dice, &mut panel, NodeKind::Value, count(0.4), "");
    let attributes = some(dice, &mut panel, NodeKind::Attribute, count(0.9), "");
    let purposes = some(dice, &mut panel, NodeKind::Purpose, count(0.5), "");
    let caps = some(dice, &mut panel, NodeKind::Cap, count(0.4), "at most 3 shown in any 7 days");
    let offers = some(dice, &mut panel, NodeKind::Offer, if shape.own_offers { rules } else { count(2.0) }, "");
    let order: Vec<NodeId> = (0..rules)
        .map(|at| {
            let class = if at % 9 == 8 { "service" } else { "marketing" };
            let line = format!("priority {} · {class}", (rules - at) * 10);
            let mut node = Node::new(NodeKind::Rule, name(dice, shape.odd), line);
            node.off = dice.chance(5);
            node.dated = dice.chance(12);
            node.finding = match dice.below(100) {
                0..3 => Some(Severity::Error),
                3..8 => Some(Severity::Warning),
                8..10 => Some(Severity::Note),
                _ => None,
            };
            panel.add(node)
        })
        .collect();
    let fallback = panel.add(Node::new(NodeKind::Fallback, "fallback", "the last resort"));

    // Neighbouring rules tend to speak of neighbouring things.
    let near = |dice: &mut Dice, list: &[NodeId], at: usize| {
        let centre = at * list.len() / rules.max(1);
        let away = dice.below(5);
        list[(centre + away + list.len() - 2.min(list.len())) % list.len()]
    };
    for (at, rule) in order.iter().copied().enumerate() {
        if let Some(next) = order.get(at + 1) {
            panel.arrow(rule, *next, ArrowKind::Outranks);
            if dice.chance(8) {
                panel.arrow(rule, *next, ArrowKind::Before);
            }
        }
        if dice.chance(6) && at + 2 < rules {
            let later = at + 1 + dice.below((rules - at - 1).min(6));
            panel.arrow(rule, order[later], ArrowKind::Before);
        }
        let offer = if shape.own_offers { offers[at] } else { near(dice, &offers, at) };
        panel.arrow(rule, offer, ArrowKind::Shows);
        for (percent, kind) in [(18, ArrowKind::IfCapped), (8, ArrowKind::IfNoConsent), (8, ArrowKind::IfUnknown)] {
            if dice.chance(percent) {
                let to = if dice.chance(30) { order[dice.below(rules)] } else { near(dice, &offers, at) };
                panel.arrow(rule, to, kind);
            }
        }
        for (percent, list, kind) in [
            (75, &segments, ArrowKind::Reads),
            (30, &segments, ArrowKind::Reads),
            (25, &segments, ArrowKind::Excludes),
            (10, &values, ArrowKind::Reads),
            (25, &attributes, ArrowKind::Reads),
            (45, &purposes, ArrowKind::Needs),
            (12, &caps, ArrowKind::Limits),
        ] {
            if dice.chance(percent) {
                let other = near(dice, list, at);
                let (from, to) = if kind == ArrowKind::Needs { (rule, other) } else { (other, rule) };
                panel.arrow(from, to, kind);
            }
        }
    }
    if let Some(last) = order.last() {
        panel.arrow(*last, fallback, ArrowKind::Outranks);
    }
    let segment = dice.pick(&segments);
    panel.labelled(fallback, dice.pick(&offers), ArrowKind::FallsBack, "when kids");
    panel.arrow(fallback, dice.pick(&offers), ArrowKind::FallsBack);
    panel.arrow(segment, fallback, ArrowKind::Reads);
    panel.arrow(dice.pick(&attributes), segment, ArrowKind::Reads);
    panel.arrow(dice.pick(&caps), dice.pick(&offers), ArrowKind::Limits);
    if shape.wild {
        let all: Vec<NodeId> = [&segments, &values, &attributes, &purposes, &caps, &offers, &order]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let kinds = [
            ArrowKind::Outranks,
            ArrowKind::Before,
            ArrowKind::Shows,
            ArrowKind::IfCapped,
            ArrowKind::FallsBack,
            ArrowKind::Reads,
            ArrowKind::Excludes,
            ArrowKind::Needs,
            ArrowKind::Limits,
        ];
        for _ in 0..rules * 2 {
            let (from, to, kind) = (dice.pick(&all), dice.pick(&all), dice.pick(&kinds));
            let label = if dice.chance(30) { dice.pick(&ODD) } else { "" };
            panel.labelled(from, to, kind, label);
        }
    }
    panel
}

/// Slots of one size.
pub(in crate::graph::draw) fn world(seed: u64, slots: usize, rules: usize) -> Picture {
    shaped(seed, slots, Shape { rules, odd: false, wild: false, own_offers: false })
}

/// Slots of one shape.
pub(in crate::graph::draw) fn shaped(seed: u64, slots: usize, shape: Shape) -> Picture {
    let mut dice = Dice::new(seed);
    Picture {
        title: "Who sees what".to_owned(),
        note: format!("{slots} slots, {} rules", slots * shape.rules),
        panels: (0..slots).map(|at| slot(&mut dice, at, shape)).collect(),
    }
}

/// The example of the language's own description, with a second slot.
pub(in crate::graph::draw) fn shop() -> Picture {
    let mut hero = Panel::new("home_hero", "on web · accepts marketing, service");
    let mut add = |kind, name: &str, line: &str| hero.add(Node::new(kind, name, line));
    let lapsed = add(NodeKind::Segment, "lapsed", "bought before, silent for two months");
    let runner = add(NodeKind::Segment, "runner", "");
    let vulnerable = add(NodeKind::Attribute, "vulnerable", "");
    let basket = add(NodeKind::Value, "basket_worth", "");
    let tier = add(NodeKind::Attribute, "tier", "");
    let personalisation = add(NodeKind::Purpose, "personalisation", "");
    let profiling = add(NodeKind::Purpose, "profiling", "");
    let pressure = add(NodeKind::Cap, "promo_pressure", "at most 5 shown or sent a week");
    let comeback = add(NodeKind::Rule, "comeback_runner", "priority 80 · marketing");
    let keep = add(NodeKind::Rule, "keep_the_worried", "before sale · marketing");
    let sale = add(NodeKind::Rule, "summer_sale", "priority 60 · marketing");
    let gold = add(NodeKind::Rule, "gold_preview", "priority 50 · marketing");
    let app = add(NodeKind::Rule, "app_install", "priority 40 · marketing");
    let fallback = add(NodeKind::Fallback, "fallback", "");
    let running = add(NodeKind::Offer, "running_comeback", "class marketing");
    let tips = add(NodeKind::Offer, "running_tips", "class marketing");
    let voucher = add(NodeKind::Offer, "stay_voucher", "class marketing");
    let banner = add(NodeKind::Offer, "summer_sale", "class marketing");
    let preview = add(NodeKind::Offer, "autumn_preview", "class marketing");
    let install = add(NodeKind::Offer, "app_install", "class marketing");
    let story = add(NodeKind::Offer, "brand_story", "class service");
    for (from, to, kind) in [
        (comeback, keep, ArrowKind::Outranks),
        (keep, sale, ArrowKind::Outranks),
        (keep, sale, ArrowKind::Before),
        (sale, gold, ArrowKind::Outranks),
        (gold, app, ArrowKind::Outranks),
        (app, fallback, ArrowKind::Outranks),
        (keep, app, ArrowKind::Before),
        (comeback, running, ArrowKind::Shows),
        (keep, voucher, ArrowKind::Shows),
        (sale, banner, ArrowKind::Shows),
        (gold, preview, ArrowKind::Shows),
        (app, install, ArrowKind::Shows),
        (fallback, story, ArrowKind::FallsBack),
        (comeback, tips, ArrowKind::IfCapped),
        (comeback, story, ArrowKind::IfNoConsent),
        (keep, sale, ArrowKind::IfUnknown),
        (gold, tips, ArrowKind::IfCapped),
        (lapsed, comeback, ArrowKind::Reads),
        (runner, comeback, ArrowKind::Reads),
        (vulnerable, comeback, ArrowKind::Excludes),
        (vulnerable, keep, ArrowKind::Excludes),
        (basket, keep, ArrowKind::Reads),
        (tier, gold, ArrowKind::Reads),
        (tier, basket, ArrowKind::Reads),
        (comeback, personalisation, ArrowKind::Needs),
        (gold, personalisation, ArrowKind::Needs),
        (keep, profiling, ArrowKind::Needs),
        (pressure, comeback, ArrowKind::Limits),
        (pressure, sale, ArrowKind::Limits),
        (pressure, gold, ArrowKind::Limits),
    ] {
        hero.arrow(from, to, kind);
    }
    let mut tile = Panel::new("bank_tile", "on app · accepts marketing, service");
    let mut add = |kind, name: &str, line: &str| tile.add(Node::new(kind, name, line));
    let adults = add(NodeKind::Segment, "adult_in_market", "adults where we sell cards");
    let purpose = add(NodeKind::Purpose, "card_marketing", "");
    let mut platinum = Node::new(NodeKind::Rule, "platinum", "priority 10 · marketing");
    (platinum.dated, platinum.finding) = (true, Some(Severity::Warning));
    let fallback = add(NodeKind::Fallback, "fallback", "");
    let card = add(NodeKind::Offer, "platinum_card", "class marketing");
    let savings = add(NodeKind::Offer, "savings_tips", "class service");
    let platinum = tile.add(platinum);
    let mut off = Node::new(NodeKind::Rule, "travel_card", "priority 5 · marketing");
    off.off = true;
    let travel = tile.add(off);
    tile.arrow(platinum, travel, ArrowKind::Outranks);
    tile.arrow(travel, fallback, ArrowKind::Outranks);
    tile.arrow(platinum, card, ArrowKind::Shows);
    tile.arrow(travel, card, ArrowKind::Shows);
    tile.arrow(adults, platinum, ArrowKind::Reads);
    tile.arrow(platinum, purpose, ArrowKind::Needs);
    tile.labelled(fallback, savings, ArrowKind::FallsBack, "when adult_in_market");
    Picture { title: "Who sees what".into(), note: "shop.rules · 2 slots, 7 rules".into(), panels: vec![hero, tile] }
}
