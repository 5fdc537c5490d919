//! Generated pictures, and a judge that reads the finished SVG back.

mod judge;
pub(in crate::graph::draw) mod made;
mod reader;

use super::{ArrowKind, Node, NodeKind, Panel, Picture, svg};
use judge::{complaints, judge};
use made::{Shape, shaped, world};

const USUAL: Shape = Shape { rules: 20, odd: false, wild: false, own_offers: false };

/// No complaint, or the first few of them.
#[track_caller]
fn clean(picture: &Picture, what: &str) {
    let found = judge(picture);
    assert!(found.is_empty(), "{what}: {} complaints: {:#?}", found.len(), &found[..found.len().min(12)]);
}

#[test]
fn the_example_is_drawn_cleanly() {
    clean(&made::shop(), "shop");
}

#[test]
fn twenty_rules_are_drawn_cleanly() {
    for seed in 0..24 {
        clean(&world(seed, 1, 20), &format!("one slot, seed {seed}"));
        clean(&world(seed, 2, 10), &format!("two slots, seed {seed}"));
        clean(&shaped(seed, 4, Shape { rules: 5, ..USUAL }), &format!("four slots, seed {seed}"));
    }
}

#[test]
fn names_of_every_script_and_length_are_drawn_cleanly() {
    for seed in 0..12 {
        clean(&shaped(seed, 1, Shape { odd: true, ..USUAL }), &format!("seed {seed}"));
    }
}

#[test]
fn arrows_between_any_two_boxes_are_drawn_cleanly() {
    for seed in 0..24 {
        clean(&shaped(seed, 1, Shape { odd: true, wild: true, ..USUAL }), &format!("seed {seed}"));
        clean(&shaped(seed, 2, Shape { rules: 3, wild: true, ..USUAL }), &format!("few rules, seed {seed}"));
    }
}

#[test]
fn five_hundred_rules_are_drawn_cleanly() {
    for seed in 0..2 {
        clean(&world(seed, 1, 500), &format!("one slot, seed {seed}"));
        clean(&world(seed, 20, 25), &format!("twenty slots, seed {seed}"));
        clean(&shaped(seed, 1, Shape { rules: 500, own_offers: true, ..USUAL }), &format!("own offers, seed {seed}"));
        clean(&shaped(seed, 5, Shape { rules: 100, odd: true, wild: true, ..USUAL }), &format!("wild, seed {seed}"));
    }
}

#[test]
fn five_hundred_rules_are_laid_out_at_once() {
    let picture = world(9, 1, 500);
    let start = std::time::Instant::now();
    assert!(svg(&picture).len() > 100_000);
    // Measured at 0.05 seconds without optimisation; the rest is for busy machines.
    assert!(start.elapsed().as_secs_f64() < 4.0, "{:?}", start.elapsed());
}

#[test]
fn the_same_picture_is_drawn_the_same() {
    assert_eq!(svg(&world(5, 3, 15)), svg(&world(5, 3, 15)));
}

#[test]
fn small_and_empty_pictures_are_drawn() {
    clean(&Picture::default(), "nothing");
    let panel = |nodes: &[NodeKind]| {
        let mut panel = Panel::new("slot", "");
        let ids: Vec<_> = nodes.iter().map(|k| panel.add(Node::new(*k, k.word(), ""))).collect();
        for from in &ids {
            for to in &ids {
                panel.arrow(*from, *to, ArrowKind::Reads);
                panel.arrow(*from, *to, ArrowKind::IfCapped);
            }
        }
        panel
    };
    let (rule, offer, segment) = (NodeKind::Rule, NodeKind::Offer, NodeKind::Segment);
    for nodes in [
        vec![],
        vec![rule],
        vec![offer],
        vec![segment, offer],
        vec![segment, segment, offer, offer],
        vec![rule, segment],
        vec![rule, rule, offer],
        vec![NodeKind::Fallback],
        NodeKind::ALL.to_vec(),
    ] {
        let picture = Picture { title: "t".into(), note: "n".into(), panels: vec![panel(&nodes), panel(&nodes)] };
        clean(&picture, &format!("{nodes:?}"));
    }
}

#[test]
fn arrows_to_boxes_of_other_panels_are_left_out() {
    let mut long = Panel::new("long", "");
    let ids: Vec<_> = (0..3).map(|_| long.add(Node::new(NodeKind::Rule, "r", ""))).collect();
    let mut short = Panel::new("short", "");
    let own = short.add(Node::new(NodeKind::Rule, "s", ""));
    short.arrow(own, ids[2], ArrowKind::Before);
    assert!(short.arrows().is_empty());
    clean(&Picture { title: String::new(), note: String::new(), panels: vec![long, short] }, "foreign");
}

/// A judge that never complains proves nothing: each sort of damage to a good drawing is seen.
#[test]
fn the_judge_sees_damage() {
    let picture = made::shop();
    let good = svg(&picture);
    let complains = |damaged: &str, of: &str| {
        assert_ne!(damaged, good, "the damage was done: {of}");
        let found = complaints(&picture, damaged);
        assert!(found.iter().any(|f| f.contains(of)), "expected `{of}` in {found:#?}");
    };
    let cut = |text: &str, from: &str, to: &str| {
        let start = text.find(from).unwrap();
        let end = text[start..].find(to).unwrap() + start + to.len();
        (text[..start].to_owned(), text[start..end].to_owned(), text[end..].to_owned())
    };
    // A wire taken away, a wire drawn twice, a wire of another sort.
    let (before, wire, after) = cut(&good, "<g class=\"wire shows\">", "</g>\n");
    complains(&format!("{before}{after}"), "not drawn: cater-p0n8 shows");
    complains(&format!("{before}{wire}{wire}{after}"), "run on each other");
    complains(&good.replacen("wire shows", "wire needs", 1), "drawn, but not so");
    // A line straight down through the boxes.
    let through = wire.replacen(" d=\"M", " d=\"M532 290V700M", 1);
    complains(&format!("{before}{through}{after}"), "crosses box");
    complains(&format!("{before}{through}{after}"), "ends nowhere");
    // A box moved, a text moved, a text grown, a page cut.
    let (before, rect, after) = cut(&good, "<rect class=\"box rule\"", "/>");
    complains(&format!("{before}{}{after}", rect.replace("x=\"", "x=\"1")), "leaves its panel");
    complains(&good.replacen(">lapsed</text>", ">lapsed and much more than fits</text>", 1), "the border of box");
    complains(
        &good.replacen("font-size=\"10\" class=\"quiet\">segment", "font-size=\"16\" class=\"quiet\">segment", 1),
        "lies on",
    );
    let view = cut(&good, "viewBox=\"0 0 ", "\"").1;
    complains(&good.replacen(&view, "viewBox=\"0 0 900 700\"", 1), "leaves the view");
}
