//! The picture as SVG: one self-contained text, readable on light and dark ground.
//!
//! Takes a picture, has it laid out, and writes it down. Refuses to decide where anything stands.

use super::icons::{Mark, SIZE, of_kind, of_mark};
use super::layout::HALF;
use super::legend::{Item, SAMPLE, Shown, TEXT};
use super::measure::{clean, fit, width};
use super::nets::Side;
use super::page::{
    EDGE, HEADINGS, LEAD, MARK, NAME, NOTE, PAD, PANEL_NAME, Page, Placed, SMALL, TAIL, TITLE, arrange, lead_of,
};
use super::route::{ARROW, RADIUS, Spot, Tip, Wire};
use super::style::{Family, Point, class, sheet};
use super::{NodeKind, Panel, Picture, words};

/// The drawing as SVG. Ends with a line feed; any text is allowed in the picture.
pub fn svg(picture: &Picture) -> String {
    let page = arrange(picture);
    let mut out = Writer::default();
    out.put(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"cater\" role=\"img\" \
         aria-labelledby=\"cater-title cater-desc\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n",
        page.w, page.h
    ));
    out.put(&format!("<title id=\"cater-title\">{}</title>\n", escape(&clean(&picture.title))));
    out.put(&format!("<desc id=\"cater-desc\">{}</desc>\n", escape(&words::description(picture))));
    out.put(&format!("<style>\n{}</style>\n", sheet()));
    out.put(&format!("<rect class=\"page\" width=\"{}\" height=\"{}\"/>\n", page.w, page.h));
    heading(&mut out, picture, &page);
    for (index, (panel, placed)) in picture.panels.iter().zip(&page.panels).enumerate() {
        write_panel(&mut out, index, panel, placed, page.lead);
    }
    out.put("</svg>\n");
    out.text
}

/// Text as XML wants it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[derive(Default)]
struct Writer {
    text: String,
}

/// A piece of text at its place: x, base line, size, class, and how much room it has.
struct Words<'a> {
    x: i32,
    y: i32,
    size: i32,
    class: &'a str,
    /// Which end of the text stands at x.
    anchor: &'a str,
    room: i32,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes `text`, shortened to its room. Where nothing above it has a tooltip, a shortened text keeps its whole.
    fn words(&mut self, at: &Words<'_>, text: &str, tooltip: bool) {
        let whole = clean(text);
        let short = fit(&whole, at.size, at.room);
        if short.is_empty() {
            return;
        }
        let anchor = if at.anchor == "start" { String::new() } else { format!(" text-anchor=\"{}\"", at.anchor) };
        let class = if at.class.is_empty() { String::new() } else { format!(" class=\"{}\"", at.class) };
        let title =
            if tooltip && short != whole { format!("<title>{}</title>", escape(&whole)) } else { String::new() };
        self.put(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{class}{anchor}>{title}{}</text>\n",
            at.x,
            at.y,
            at.size,
            escape(&short)
        ));
    }
}

/// Title, note and legend.
fn heading(out: &mut Writer, picture: &Picture, page: &Page) {
    let room = page.w - 2 * EDGE;
    let title = Words { x: EDGE, y: EDGE + 18, size: TITLE, class: "strong", anchor: "start", room };
    out.words(&title, &picture.title, true);
    let note = Words { x: EDGE, y: EDGE + 40, size: NOTE, class: "quiet", anchor: "start", room };
    out.words(&note, &picture.note, true);
    out.put("<g class=\"legend\">\n");
    for item in &page.items {
        legend_item(out, item);
    }
    out.put("</g>\n");
}

fn legend_item(out: &mut Writer, item: &Item) {
    let top = item.y - SIZE / 2;
    match item.shown {
        Shown::Kind(kind) => out.put(&of_kind(kind, item.x, top)),
        Shown::Mark(mark) => out.put(&of_mark(mark, item.x, top)),
        Shown::Line(family) => {
            let tip = Tip { at: (item.x + SAMPLE, item.y), towards: (1, 0) };
            let end = match family.point() {
                Point::Arrow => tip.at.0 - ARROW + 1,
                Point::Bar => tip.at.0,
            };
            out.put(&format!("<g class=\"{}\">", family.class()));
            out.put(&format!("<path class=\"line\" d=\"M{} {}H{end}\"/>", item.x, item.y));
            out.put(&tips(&[tip], family));
            out.put("</g>\n");
        }
    }
    let x = item.x + item.shown.lead() + 8;
    let words = item.shown.words();
    let at = Words { x, y: item.y + 4, size: TEXT, class: "quiet", anchor: "start", room: width(words, TEXT) };
    out.words(&at, words, false);
}

fn write_panel(out: &mut Writer, index: usize, panel: &Panel, placed: &Placed, lead: i32) {
    out.put(&format!("<g class=\"slot\" id=\"cater-p{index}\">\n"));
    out.put(&format!(
        "<rect class=\"panel\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\"/>\n",
        placed.x, placed.y, placed.w, placed.h
    ));
    let room = placed.w - 2 * PAD;
    let x = placed.x + PAD;
    let name = Words { x, y: placed.y + 30, size: PANEL_NAME, class: "strong", anchor: "start", room };
    out.words(&name, &panel.name, true);
    let note = Words { x, y: placed.y + 47, size: NOTE, class: "quiet", anchor: "start", room };
    out.words(&note, &panel.note, true);
    let (left, top) = placed.origin();
    let headings = ["what they read and need", "rules, the strongest first", "offers"];
    for ((column, wide), heading) in placed.routed.columns.iter().zip(headings) {
        let at = Words {
            x: left + column,
            y: placed.y + HEADINGS + SMALL,
            size: SMALL,
            class: "quiet",
            anchor: "start",
            room: *wide,
        };
        if *wide > 0 {
            out.words(&at, heading, true);
        }
    }
    for wire in &placed.routed.wires {
        write_wire(out, panel, wire, (left, top));
    }
    write_boxes(out, index, panel, placed, lead);
    out.put("</g>\n");
}

fn write_wire(out: &mut Writer, panel: &Panel, wire: &Wire, origin: Spot) {
    let title = words::of_wire(panel, wire.family, &wire.from, &wire.to);
    let source = wire.from.first().and_then(|n| panel.nodes().get(*n));
    let tint = match source {
        Some(node) if wire.family == Family::Reads => format!(" {}", class(node.kind)),
        Some(_) | None => String::new(),
    };
    out.put(&format!("<g class=\"wire {}{tint}\"><title>{}</title>", wire.family.class(), escape(&title)));
    let mut data = String::new();
    for stroke in &wire.strokes {
        let moved: Vec<Spot> = stroke.iter().map(|p| (p.0 + origin.0, p.1 + origin.1)).collect();
        data.push_str(&rounded(&moved, wire.strokes.len() == 1));
    }
    out.put(&format!("<path class=\"line\" d=\"{data}\"/>"));
    let moved: Vec<Tip> = wire.tips.iter().map(|t| Tip { at: (t.at.0 + origin.0, t.at.1 + origin.1), ..*t }).collect();
    out.put(&tips(&moved, wire.family));
    out.put("</g>\n");
}

/// Path data of a line of right angles with rounded corners; `alone` where nothing branches off it.
fn rounded(stroke: &[Spot], alone: bool) -> String {
    let Some((start, rest)) = stroke.split_first() else { return String::new() };
    let mut out = format!("M{} {}", start.0, start.1);
    if let [a, b, c, d] = stroke
        && alone
        && length(*b, *c) <= HALF
        && length(*a, *b).min(length(*c, *d)) > 2 * RADIUS
    {
        // Half a row aside is no corner, only a bend.
        let (one, bend) = (step(*a, *b).0, 2 * RADIUS);
        return format!(
            "M{} {}H{}C{} {} {} {} {} {}H{}",
            a.0,
            a.1,
            b.0 - one * bend,
            b.0,
            b.1,
            c.0,
            c.1,
            c.0 + one * bend,
            c.1,
            d.0
        );
    }
    let mut at = *start;
    for (index, corner) in rest.iter().enumerate() {
        let before = stroke.get(index).copied().unwrap_or(*start);
        let Some(after) = rest.get(index + 1) else {
            line_to(&mut out, &mut at, *corner);
            break;
        };
        let (one, two) = (step(before, *corner), step(*corner, *after));
        if one == two {
            continue;
        }
        // A corner between two others leaves half of the way to each of them.
        let share = |length: i32, is_end: bool| if is_end { length } else { length / 2 };
        let radius = RADIUS
            .min(share(length(before, *corner), index == 0))
            .min(share(length(*corner, *after), index + 2 == rest.len()));
        line_to(&mut out, &mut at, (corner.0 - one.0 * radius, corner.1 - one.1 * radius));
        at = (corner.0 + two.0 * radius, corner.1 + two.1 * radius);
        out.push_str(&format!("Q{} {} {} {}", corner.0, corner.1, at.0, at.1));
    }
    out
}

fn line_to(out: &mut String, at: &mut Spot, to: Spot) {
    if at.0 != to.0 {
        out.push_str(&format!("H{}", to.0));
    } else if at.1 != to.1 {
        out.push_str(&format!("V{}", to.1));
    }
    *at = to;
}

fn step(a: Spot, b: Spot) -> Spot {
    ((b.0 - a.0).signum(), (b.1 - a.1).signum())
}

fn length(a: Spot, b: Spot) -> i32 {
    (b.0 - a.0).abs() + (b.1 - a.1).abs()
}

/// The pointed ends of a wire.
fn tips(tips: &[Tip], family: Family) -> String {
    let mut data = String::new();
    for tip in tips {
        let ((x, y), (dx, dy)) = (tip.at, tip.towards);
        match family.point() {
            Point::Arrow => {
                let (fx, fy) = (x - dx * ARROW, y - dy * ARROW);
                // Across the direction of the line.
                let (px, py) = (dy * 4, dx * 4);
                data.push_str(&format!("M{x} {y}L{} {}L{} {}Z", fx + px, fy + py, fx - px, fy - py));
            }
            Point::Bar => {
                let (fx, fy) = (x - dx * 4, y - dy * 4);
                let (px, py) = (dy * 5, dx * 5);
                data.push_str(&format!("M{} {}L{} {}", fx + px, fy + py, fx - px, fy - py));
            }
        }
    }
    match (data.is_empty(), family.point()) {
        (true, _) => String::new(),
        (false, Point::Arrow) => format!("<path class=\"head\" d=\"{data}\"/>"),
        (false, Point::Bar) => format!("<path class=\"bar\" d=\"{data}\"/>"),
    }
}

fn write_boxes(out: &mut Writer, index: usize, panel: &Panel, placed: &Placed, lead: i32) {
    let (left, top) = placed.origin();
    let tooltips = words::of_boxes(panel);
    let mut rank = 0;
    for (at, ((node, rect), tooltip)) in panel.nodes().iter().zip(&placed.routed.boxes).zip(tooltips).enumerate() {
        let (x, y, w) = (rect.x + left, rect.y + top, rect.w);
        let off = if node.off { " off" } else { "" };
        out.put(&format!("<g class=\"node{off}\" id=\"cater-p{index}n{at}\"><title>{}</title>\n", escape(&tooltip)));
        out.put(&format!(
            "<rect class=\"box {}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{}\" rx=\"7\"/>\n",
            class(node.kind),
            rect.h
        ));
        let line = words::second(node);
        // A name alone stands in the middle of its box, its sign beside it.
        let base = if line.is_empty() { y + 25 } else { y + 17 };
        let lead = lead_of(node.kind, lead);
        if node.kind == NodeKind::Rule {
            rank += 1;
            let middle =
                Words { x: x + lead / 2, y: y + 17, size: SMALL, class: "quiet", anchor: "middle", room: lead };
            out.words(&middle, &rank.to_string(), false);
        } else {
            out.put(&of_kind(node.kind, x + (LEAD - SIZE) / 2, base - 11));
        }
        let marks = Mark::of(node);
        let mut mark_x = x + w - TAIL + 2;
        for mark in marks.iter().rev() {
            mark_x -= MARK - 2;
            out.put(&of_mark(*mark, mark_x, y + 5));
            mark_x -= 2;
        }
        let room = mark_x.min(x + w - TAIL) - (x + lead);
        let name = Words { x: x + lead, y: base, size: NAME, class: "strong", anchor: "start", room };
        out.words(&name, &node.name, false);
        let second =
            Words { x: x + lead, y: y + 32, size: SMALL, class: "quiet", anchor: "start", room: w - lead - TAIL };
        out.words(&second, line, false);
        write_labels(out, at, placed, (left, top));
        out.put("</g>\n");
    }
}

/// The words at the ports of a box, inside it, each at the height of its line.
fn write_labels(out: &mut Writer, node: usize, placed: &Placed, origin: Spot) {
    let Some(rect) = placed.routed.boxes.get(node) else { return };
    let ports = &placed.routed.ports;
    let first = ports.partition_point(|p| p.node < node);
    let mine = || ports.iter().skip(first).take_while(|p| p.node == node);
    let worded = |side: Side| mine().any(|p| p.side == side && p.label.is_some());
    let both = worded(Side::Left) && worded(Side::Right);
    let room = if both { rect.w / 2 - TAIL - 4 } else { rect.w - 2 * TAIL };
    for port in mine() {
        let Some(label) = &port.label else { continue };
        let (x, anchor) = match port.side {
            Side::Left => (rect.x + TAIL, "start"),
            Side::Right => (rect.right() - TAIL, "end"),
        };
        let at = Words { x: x + origin.0, y: port.y + origin.1 + 4, size: SMALL, class: "", anchor, room };
        out.words(&at, label, false);
    }
}
