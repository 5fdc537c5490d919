//! Judges a finished drawing: everything that must not overlap, and that it says what the picture says.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Area, Dot, Drawn, Sheet, read};
use crate::graph::draw::style::Family;
use crate::graph::draw::{ArrowKind, Picture, svg};

/// How near two lines may run side by side.
const NEAR: f64 = 5.0;
/// How near a corner may come to a foreign line.
const CORNER: f64 = 3.5;

/// All complaints about the drawing of a picture.
pub(super) fn judge(picture: &Picture) -> Vec<String> {
    complaints(picture, &svg(picture))
}

/// All complaints about a drawing that claims to be of that picture.
pub(super) fn complaints(picture: &Picture, text: &str) -> Vec<String> {
    let sheet = read(text);
    let mut found = Vec::new();
    inside(&sheet, &mut found);
    labels(&sheet, &mut found);
    boxes(&sheet, &mut found);
    lines_and_boxes(&sheet, &mut found);
    lines_and_lines(&sheet, &mut found);
    meaning(picture, &sheet, &mut found);
    found
}

fn area(dots: impl Iterator<Item = Dot>) -> Area {
    let start = Area { left: f64::MAX, top: f64::MAX, right: f64::MIN, bottom: f64::MIN };
    dots.fold(start, |a, d| Area {
        left: a.left.min(d.0),
        top: a.top.min(d.1),
        right: a.right.max(d.0),
        bottom: a.bottom.max(d.1),
    })
}

fn dots(wire: &Drawn) -> impl Iterator<Item = Dot> {
    let bars = wire.bars.iter().flat_map(|(a, b)| [*a, *b]);
    wire.strokes.iter().chain(&wire.heads).flatten().copied().chain(bars)
}

/// Everything inside the view, and all of a slot inside its panel.
fn inside(sheet: &Sheet, found: &mut Vec<String>) {
    let view = Area { left: 0.0, top: 0.0, right: sheet.size.0, bottom: sheet.size.1 };
    for text in &sheet.texts {
        if !view.holds(&text.area) {
            found.push(format!("`{}` leaves the view", text.words));
        }
    }
    for (at, (slot, panel)) in sheet.panels.iter().enumerate() {
        if !view.holds(panel) {
            found.push(format!("panel {slot} leaves the view"));
        }
        for (other, area) in &sheet.panels[at + 1..] {
            if panel.meets(area) {
                found.push(format!("panels {slot} and {other} overlap"));
            }
        }
        for (id, (owner, area, _)) in &sheet.boxes {
            if owner == slot && !panel.grown(-2.0).holds(area) || owner != slot && panel.meets(area) {
                found.push(format!("box {id} leaves its panel"));
            }
        }
        for wire in sheet.wires.iter().filter(|w| w.slot == *slot) {
            if !panel.grown(-2.0).holds(&area(dots(wire))) {
                found.push(format!("a {} line leaves panel {slot}", wire.class));
            }
        }
    }
}

/// No text on a text, on a foreign box, on a sign, on a line.
fn labels(sheet: &Sheet, found: &mut Vec<String>) {
    let mut order: Vec<usize> = (0..sheet.texts.len()).collect();
    order.sort_by(|a, b| sheet.texts[*a].area.top.total_cmp(&sheet.texts[*b].area.top));
    for (at, one) in order.iter().enumerate() {
        let one = &sheet.texts[*one];
        for two in order[at + 1..].iter().map(|t| &sheet.texts[*t]).take_while(|t| t.area.top < one.area.bottom) {
            if one.area.meets(&two.area) {
                found.push(format!("`{}` lies on `{}`", one.words, two.words));
            }
        }
        for (id, (_, area, _)) in &sheet.boxes {
            let own = one.owner.as_ref() == Some(id);
            if own && !area.grown(-1.0).holds(&one.area) || !own && area.meets(&one.area) {
                found.push(format!("`{}` and the border of box {id}", one.words));
            }
        }
        for (area, owner) in &sheet.signs {
            if area.meets(&one.area) {
                found.push(format!("`{}` lies on a sign in {owner:?}", one.words));
            }
        }
    }
    let by_top: Vec<&Area> = order.iter().map(|t| &sheet.texts[*t].area).collect();
    for wire in &sheet.wires {
        for (a, b) in pieces(wire) {
            let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
            // No text is higher than 40.
            let first = by_top.partition_point(|t| t.top < top - 40.0);
            for text in by_top[first..].iter().take_while(|t| t.top <= bottom) {
                if text.grown(-0.5).cut_by(a, b) {
                    found.push(format!("a {} line runs through a text at {text:?}", wire.class));
                }
            }
        }
    }
}

fn boxes(sheet: &Sheet, found: &mut Vec<String>) {
    let all: Vec<_> = sheet.boxes.iter().collect();
    for (at, (id, (_, one, _))) in all.iter().enumerate() {
        for (other, (_, two, _)) in &all[at + 1..] {
            if one.grown(3.0).meets(two) {
                found.push(format!("boxes {id} and {other} touch"));
            }
        }
    }
    for (area, owner) in &sheet.signs {
        if let Some(id) = owner
            && !sheet.boxes[id].1.holds(area)
        {
            found.push(format!("a sign leaves box {id}"));
        }
    }
}

/// The short straight pieces of all strokes and points of a wire.
fn pieces(wire: &Drawn) -> impl Iterator<Item = (Dot, Dot)> {
    let chains = wire.strokes.iter().chain(&wire.heads);
    chains.flat_map(|c| c.windows(2).map(|w| (w[0], w[1]))).chain(wire.bars.iter().copied())
}

/// No line through a box, not even its own; at the border it may end.
fn lines_and_boxes(sheet: &Sheet, found: &mut Vec<String>) {
    let mut by_top: Vec<(&String, Area)> = sheet.boxes.iter().map(|(id, b)| (id, b.1.grown(-0.5))).collect();
    by_top.sort_by(|a, b| a.1.top.total_cmp(&b.1.top));
    let highest = by_top.iter().map(|(_, a)| a.bottom - a.top).fold(0.0, f64::max);
    for wire in &sheet.wires {
        for (a, b) in pieces(wire) {
            let (top, bottom) = (a.1.min(b.1), a.1.max(b.1));
            let first = by_top.partition_point(|(_, t)| t.top < top - highest);
            for (id, area) in by_top[first..].iter().take_while(|(_, t)| t.top <= bottom) {
                if area.cut_by(a, b) {
                    found.push(format!("a {} line crosses box {id}", wire.class));
                }
            }
        }
    }
}

/// A straight piece along one axis: its place across, its extent along, and whose it is.
struct Rail {
    across: f64,
    from: f64,
    to: f64,
    wire: usize,
}

/// No two lines on top of each other, no corner of one on another.
fn lines_and_lines(sheet: &Sheet, found: &mut Vec<String>) {
    let (mut level, mut upright) = (Vec::new(), Vec::new());
    for (wire, drawn) in sheet.wires.iter().enumerate() {
        for (a, b) in drawn.straights.iter().chain(&drawn.bars) {
            assert!(a.0 == b.0 || a.1 == b.1, "lines run along the axes");
            if a.1 == b.1 {
                level.push(Rail { across: a.1, from: a.0.min(b.0), to: a.0.max(b.0), wire });
            } else {
                upright.push(Rail { across: a.0, from: a.1.min(b.1), to: a.1.max(b.1), wire });
            }
        }
    }
    for rails in [&mut level, &mut upright] {
        rails.sort_by(|a, b| a.across.total_cmp(&b.across));
        for (at, one) in rails.iter().enumerate() {
            for two in rails[at + 1..].iter().take_while(|r| r.across - one.across < NEAR) {
                if one.from.max(two.from) + 0.5 < one.to.min(two.to) {
                    let names = (&sheet.wires[one.wire].class, &sheet.wires[two.wire].class);
                    found.push(format!("lines {names:?} run on each other at {}, {}", one.across, two.from));
                }
            }
        }
    }
    for (wire, drawn) in sheet.wires.iter().enumerate() {
        for (x, y) in drawn.corners.iter().copied() {
            for (rails, across, along) in [(&level, y, x), (&upright, x, y)] {
                let first = rails.partition_point(|r| r.across <= across - CORNER);
                for rail in rails[first..].iter().take_while(|r| r.across < across + CORNER) {
                    if rail.wire != wire && rail.from - CORNER < along && along < rail.to + CORNER {
                        let names = (&drawn.class, &sheet.wires[rail.wire].class);
                        found.push(format!("a corner of one lies on the other: {names:?} at {x}, {y}"));
                    }
                }
            }
        }
    }
}

/// Where a wire starts and where it points, as boxes.
fn ends(wire: &Drawn, sheet: &Sheet, found: &mut Vec<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let at_box = |dot: Dot| {
        sheet
            .boxes
            .iter()
            .find(|(_, (slot, area, _))| *slot == wire.slot && area.edged_by(dot))
            .map(|(id, _)| id.clone())
    };
    let mut tips: Vec<Dot> = wire.heads.iter().map(|h| h[0]).collect();
    let mut from = BTreeSet::new();
    let mut to = BTreeSet::new();
    for (index, stroke) in wire.strokes.iter().enumerate() {
        for dot in [stroke[0], *stroke.last().unwrap()] {
            let near = |other: &Dot, by: f64| (other.0 - dot.0).abs() <= by && (other.1 - dot.1).abs() <= by;
            let barred = wire.bars.iter().any(|(a, b)| near(&((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0), 4.5));
            if barred {
                tips.push(dot);
                continue;
            }
            if tips.iter().any(|t| near(t, 6.5)) {
                continue;
            }
            let own = wire.strokes.iter().enumerate().filter(|(other, _)| *other != index);
            let joined = own.flat_map(|(_, s)| s.windows(2)).any(|w| distance(dot, w[0], w[1]) < 0.7);
            match at_box(dot) {
                Some(id) if !joined || !wire.heads.is_empty() || !wire.bars.is_empty() => {
                    from.insert(id);
                }
                _ if joined => {}
                _ => found.push(format!("a {} line ends nowhere at {dot:?}", wire.class)),
            }
        }
    }
    for tip in tips {
        match at_box(tip) {
            Some(id) => {
                to.insert(id);
            }
            None => found.push(format!("a {} line points at nothing at {tip:?}", wire.class)),
        }
    }
    (from, to)
}

fn distance(p: Dot, a: Dot, b: Dot) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let t = if length == 0.0 { 0.0 } else { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0) };
    ((p.0 - a.0 - t * dx).powi(2) + (p.1 - a.1 - t * dy).powi(2)).sqrt()
}

/// Each arrow of the picture is drawn from its start to its point; nothing else is; every name can be read.
fn meaning(picture: &Picture, sheet: &Sheet, found: &mut Vec<String>) {
    let mut drawn: BTreeSet<(String, String, String)> = BTreeSet::new();
    let mut ends_at: BTreeMap<&String, Vec<f64>> = BTreeMap::new();
    for wire in &sheet.wires {
        let (from, to) = ends(wire, sheet, found);
        if from.len().min(to.len()) != 1 {
            found.push(format!("a {} line joins {from:?} and {to:?}", wire.class));
        }
        for (id, (slot, area, _)) in &sheet.boxes {
            if *slot == wire.slot {
                let there = wire.strokes.iter().chain(&wire.heads).flatten().filter(|d| area.edged_by(**d));
                ends_at.entry(id).or_default().extend(there.map(|d| d.1));
            }
        }
        let class = wire.class.split(' ').next().unwrap_or_default().to_owned();
        for one in &from {
            for two in &to {
                drawn.insert((class.clone(), one.clone(), two.clone()));
            }
        }
    }
    let mut wanted = BTreeSet::new();
    let mut stronger = BTreeSet::new();
    for (index, panel) in picture.panels.iter().enumerate() {
        let id = |n: usize| format!("cater-p{index}n{n}");
        for arrow in panel.arrows() {
            let (from, to) = (id(arrow.from.index()), id(arrow.to.index()));
            if arrow.kind == ArrowKind::Before {
                stronger.insert((Family::Outranks.class().to_owned(), from.clone(), to.clone()));
            }
            wanted.insert((Family::of(arrow.kind).class().to_owned(), from, to));
        }
        for (at, node) in panel.nodes().iter().enumerate() {
            let Some((_, _, tooltip)) = sheet.boxes.get(&id(at)) else {
                found.push(format!("box {} is not drawn", id(at)));
                continue;
            };
            let name = sheet.texts.iter().find(|t| t.owner.as_ref() == Some(&id(at)) && t.class == "strong");
            let Some(name) = name.map(|t| t.words.as_str()) else {
                found.push(format!("box {} has no name", id(at)));
                continue;
            };
            let begins = name.strip_suffix('…').is_some_and(|begin| node.name.starts_with(begin));
            if name != node.name && !begins || !tooltip.contains(&node.name) {
                found.push(format!("`{}` is written `{name}`", node.name));
            }
        }
    }
    for text in sheet.texts.iter().filter(|t| t.class.is_empty()) {
        let at = text.owner.as_ref().and_then(|id| ends_at.get(id));
        if !at.is_some_and(|ys| ys.iter().any(|y| (y - (text.base - 4.0)).abs() < 1.0)) {
            found.push(format!("no line ends at `{}`", text.words));
        }
    }
    for (class, from, to) in wanted.difference(&drawn) {
        // `before` stands for the order it brings about, between neighbours.
        let said = stronger.contains(&(class.clone(), from.clone(), to.clone()));
        if !said {
            found.push(format!("not drawn: {from} {class} {to}"));
        }
    }
    for (class, from, to) in drawn.difference(&wanted) {
        found.push(format!("drawn, but not so: {from} {class} {to}"));
    }
}
