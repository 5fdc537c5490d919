//! Reads a finished SVG back into rectangles, texts and lines. Knows nothing of how the drawing was made.

use std::collections::BTreeMap;

pub(super) type Dot = (f64, f64);

/// A rectangle by its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }
    pub(super) fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
    /// Whether a short straight line has a point inside.
    pub(super) fn cut_by(&self, a: Dot, b: Dot) -> bool {
        // Clip the line to the rectangle (Liang and Barsky).
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (p, q) in [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)] {
            if p == 0.0 {
                if q <= 0.0 {
                    return false;
                }
            } else if p < 0.0 {
                from = from.max(q / p);
            } else {
                to = to.min(q / p);
            }
        }
        from < to
    }
    /// Whether a point lies on the border.
    pub(super) fn edged_by(&self, at: Dot) -> bool {
        let outer = self.grown(0.6);
        let inner = self.grown(-0.6);
        let inside = |a: &Self| a.left < at.0 && at.0 < a.right && a.top < at.1 && at.1 < a.bottom;
        inside(&outer) && !inside(&inner)
    }
}

/// A piece of text with the area that its letters may take.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) area: Area,
    pub(super) base: f64,
    pub(super) words: String,
    pub(super) class: String,
    /// The identity of the box whose group it stands in.
    pub(super) owner: Option<String>,
}

/// A line as drawn: each stroke a chain of points, curves as many short pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawn {
    pub(super) class: String,
    /// The identity of the panel.
    pub(super) slot: String,
    pub(super) strokes: Vec<Vec<Dot>>,
    /// Where two straight pieces would meet if their corner were not rounded.
    pub(super) corners: Vec<Dot>,
    /// Straight pieces alone.
    pub(super) straights: Vec<(Dot, Dot)>,
    /// Outlines of arrow points; the first point is the tip.
    pub(super) heads: Vec<Vec<Dot>>,
    pub(super) bars: Vec<(Dot, Dot)>,
}

/// All that is drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) size: Dot,
    pub(super) panels: Vec<(String, Area)>,
    /// Identity, panel, area, tooltip.
    pub(super) boxes: BTreeMap<String, (String, Area, String)>,
    pub(super) texts: Vec<Text>,
    pub(super) wires: Vec<Drawn>,
    /// Signs, with the box they stand in.
    pub(super) signs: Vec<(Area, Option<String>)>,
}

#[derive(Clone, Debug, Default)]
struct Open {
    tag: String,
    attributes: BTreeMap<String, String>,
}

impl Open {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
    fn number(&self, name: &str) -> f64 {
        self.get(name).parse().unwrap_or(0.0)
    }
    fn has(&self, class: &str) -> bool {
        self.get("class").split(' ').any(|c| c == class)
    }
}

fn plain(text: &str) -> String {
    assert!(!text.contains('<'));
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn tag(text: &str) -> Open {
    let (tag, mut rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut open = Open { tag: tag.to_owned(), ..Open::default() };
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').expect("every value is closed");
        open.attributes.insert(name.trim().to_owned(), plain(value));
        rest = after;
    }
    open
}

/// Reads a drawing. Panics where it is no well-formed XML: that is a failure of the test that calls it.
pub(super) fn read(svg: &str) -> Sheet {
    let mut sheet = Sheet::default();
    let mut open: Vec<Open> = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        let text = plain(rest[..at].trim_matches('\n'));
        take_text(&mut sheet, &open, &text);
        let end = rest[at..].find('>').expect("every tag is closed") + at;
        let inner = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = inner.strip_prefix('/') {
            assert_eq!(open.pop().map(|o| o.tag), Some(name.to_owned()), "tags nest");
            continue;
        }
        let (inner, closed) = inner.strip_suffix('/').map_or((inner, false), |i| (i, true));
        let element = tag(inner);
        take(&mut sheet, &open, &element);
        if !closed {
            open.push(element);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "everything is closed");
    sheet
}

fn owner(open: &[Open]) -> Option<String> {
    open.iter().find(|o| o.has("node")).map(|o| o.get("id").to_owned())
}

fn slot(open: &[Open]) -> String {
    open.iter().find(|o| o.has("slot")).map(|o| o.get("id").to_owned()).unwrap_or_default()
}

fn take_text(sheet: &mut Sheet, open: &[Open], words: &str) {
    let Some(last) = open.last().filter(|_| !words.is_empty()) else { return };
    if last.tag == "title" {
        if let Some(found) = owner(open).and_then(|id| sheet.boxes.get_mut(&id)) {
            found.2 = words.to_owned();
        } else if let Some(id) = owner(open) {
            let nowhere = Area { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 };
            sheet.boxes.insert(id, (slot(open), nowhere, words.to_owned()));
        }
    }
    if last.tag != "text" {
        return;
    }
    let (x, y, size) = (last.number("x"), last.number("y"), last.number("font-size"));
    let wide = f64::from(super::super::measure::width(words, size as i32));
    let left = match last.get("text-anchor") {
        "end" => x - wide,
        "middle" => x - wide / 2.0,
        _ => x,
    };
    // Marks on capitals reach nearly a whole size up, tails a quarter down.
    let area = Area { left, top: y - 0.95 * size, right: left + wide, bottom: y + 0.25 * size };
    sheet.texts.push(Text {
        area,
        base: y,
        words: words.to_owned(),
        class: last.get("class").to_owned(),
        owner: owner(open),
    });
}

fn take(sheet: &mut Sheet, open: &[Open], element: &Open) {
    match element.tag.as_str() {
        "svg" => {
            let view: Vec<f64> = element.get("viewBox").split(' ').filter_map(|n| n.parse().ok()).collect();
            assert_eq!(view[..2], [0.0, 0.0]);
            sheet.size = (view[2], view[3]);
        }
        "rect" => {
            let (x, y) = (element.number("x"), element.number("y"));
            let area =
                Area { left: x, top: y, right: x + element.number("width"), bottom: y + element.number("height") };
            if element.has("panel") {
                sheet.panels.push((slot(open), area));
            } else if element.has("box") {
                let id = owner(open).expect("a box stands in its group");
                let entry = sheet.boxes.entry(id).or_insert((slot(open), area, String::new()));
                entry.1 = area;
            } else {
                assert!(element.has("page"));
            }
        }
        "g" if element.has("wire") => {
            let class = element.get("class").strip_prefix("wire ").unwrap_or_default().to_owned();
            sheet.wires.push(Drawn { class, slot: slot(open), ..Drawn::default() });
        }
        "path" => {
            let place = element.get("transform");
            if let Some(at) = place.strip_prefix("translate(").and_then(|p| p.strip_suffix(')')) {
                let (x, y) = at.split_once(' ').expect("two numbers");
                let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                sheet.signs.push((Area { left: x, top: y, right: x + 14.0, bottom: y + 14.0 }, owner(open)));
                return;
            }
            if open.iter().any(|o| o.has("legend")) {
                return;
            }
            let wire = sheet.wires.last_mut().expect("a line stands in its wire");
            let (strokes, straights, corners) = outline(element.get("d"));
            match element.get("class") {
                "line" => {
                    wire.strokes = strokes;
                    wire.straights = straights;
                    wire.corners = corners;
                }
                "head" => wire.heads = strokes,
                "bar" => wire.bars = straights,
                other => panic!("an unknown path `{other}`"),
            }
        }
        "g" | "title" | "desc" | "style" | "text" => {}
        other => panic!("an unknown element `{other}`"),
    }
}

/// The points of path data: all strokes, their straight pieces and their corners.
#[expect(clippy::type_complexity, reason = "three lists, named where they are taken")]
fn outline(data: &str) -> (Vec<Vec<Dot>>, Vec<(Dot, Dot)>, Vec<Dot>) {
    let mut strokes: Vec<Vec<Dot>> = Vec::new();
    let mut corners = Vec::new();
    let mut straights = Vec::new();
    let mut rest = data;
    while let Some(command) = rest.chars().next() {
        rest = &rest[1..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let n: Vec<f64> = rest[..end].split_whitespace().map(|n| n.parse().expect("a number")).collect();
        rest = &rest[end..];
        if command == 'M' {
            strokes.push(vec![(n[0], n[1])]);
            continue;
        }
        let stroke = strokes.last_mut().expect("a stroke begins with M");
        let at = *stroke.last().unwrap();
        let mut curve = |points: &[Dot]| {
            for step in 1..=8 {
                let t = f64::from(step) / 8.0;
                let mut row = points.to_vec();
                while row.len() > 1 {
                    row = row.windows(2).map(|w| mix(w[0], w[1], t)).collect();
                }
                stroke.push(row[0]);
            }
        };
        match command {
            'H' | 'V' | 'L' | 'Z' => {
                let to = match command {
                    'H' => (n[0], at.1),
                    'V' => (at.0, n[0]),
                    'L' => (n[0], n[1]),
                    _ => stroke[0],
                };
                stroke.push(to);
                straights.push((at, to));
            }
            'Q' => {
                curve(&[at, (n[0], n[1]), (n[2], n[3])]);
                corners.push((n[0], n[1]));
            }
            'C' => curve(&[at, (n[0], n[1]), (n[2], n[3]), (n[4], n[5])]),
            other => panic!("an unknown command `{other}`"),
        }
    }
    (strokes, straights, corners)
}

fn mix(a: Dot, b: Dot, t: f64) -> Dot {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}
