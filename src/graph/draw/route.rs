//! How the lines of one panel run.
//!
//! Takes a panel taken apart and laid out; gives every box its rectangle and every net its strokes and points, in
//! pixels from the panel's own corner. Refuses to know colours, words and the page.
//!
//! A net leaves its hub at a port, runs to its lane in the gutter, along it, and off to each branch at the height of
//! that branch's port. Why nothing can go wrong:
//!
//! - In a gutter there are no boxes, and a line leaves it only at a port, so no line crosses a box.
//! - Two trunks that meet in height have different lanes ([`super::lanes`]), so no two vertical strokes coincide.
//! - Two ports never share a height: on one side of a gutter because boxes of a column do not overlap and each port
//!   has its own row, on opposite sides because their rows are shifted by half a row. So no two horizontal strokes
//!   coincide, however far they run.
//! - A net that must get past the middle column passes between two of its boxes in a row of its own, which belongs
//!   to the rows of that column.
//! - Within a net the strokes are drawn once: the trunk by its first and last branch, each other branch from where it
//!   leaves the trunk.
//!
//! What remains are crossings at right angles. Corners are rounded towards the hub, so a branch is told from a mere
//! crossing.

use super::lanes::{Trunk, lanes, pack};
use super::layout::{End, Laid, Port, Rect, assign};
use super::nets::{Column, Gutter, Netted, Side};
use super::style::{Family, Point};

/// The distance of two lanes.
const PITCH: i32 = 9;
/// From a column to the first lane beside it: room for a point and a round corner.
const MARGIN: i32 = 20;
/// From the outermost lane to the edge.
const EDGE: i32 = 8;
/// A gutter without lanes between two columns.
const EMPTY: i32 = 40;
/// The radius of corners where there is room.
pub(super) const RADIUS: i32 = 6;
/// The length of a filled arrow.
pub(super) const ARROW: i32 = 7;

/// A point in pixels.
pub(super) type Spot = (i32, i32);

/// The pointed end of a line, at the border of a box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tip {
    pub(super) at: Spot,
    /// The direction it points: one of the four steps of length one.
    pub(super) towards: Spot,
}

/// One net or straight arrow, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub(super) family: Family,
    /// Lines of right angles, whose corners are to be rounded.
    pub(super) strokes: Vec<Vec<Spot>>,
    pub(super) tips: Vec<Tip>,
    /// Where the arrows start, and where they point.
    pub(super) from: Vec<usize>,
    pub(super) to: Vec<usize>,
}

/// A panel ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Routed {
    pub(super) boxes: Vec<Rect>,
    pub(super) ports: Vec<Port>,
    pub(super) wires: Vec<Wire>,
    /// Left edge and width of the three columns; no width where a column is empty.
    pub(super) columns: [(i32, i32); 3],
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Where a trunk is left: at a port, or where the net passes the middle column.
#[derive(Clone, Copy, Debug)]
struct Exit {
    y: i32,
    towards: Side,
    port: Option<usize>,
    root: bool,
}

/// One trunk of one net.
#[derive(Clone, Debug)]
struct Spine {
    net: usize,
    gutter: Gutter,
    exits: Vec<Exit>,
    lane: usize,
}

/// Routes all lines. `widths` are those of the three columns.
pub(super) fn route(netted: &Netted, mut laid: Laid, widths: [i32; 3]) -> Routed {
    let mut spines = spines(netted, &laid);
    let mut counts = choose(&mut spines, true);
    // Now that the lanes are known the ports take their order from them, and the lanes their place from the ports.
    for last in [false, true] {
        let lane_of: std::collections::BTreeMap<(usize, Gutter), usize> =
            spines.iter().map(|s| ((s.net, s.gutter), s.lane)).collect();
        assign(&netted.nets, &laid.spans, &mut laid.ports, |port| {
            let lane = lane_of.get(&(port.net, port.gutter)).copied().unwrap_or(0);
            let lane = match port.side {
                Side::Right => lane,
                Side::Left => count_of(&counts, port.gutter).saturating_sub(lane),
            };
            i32::try_from(lane).unwrap_or(i32::MAX / 2)
        });
        let lanes_before: Vec<usize> = spines.iter().map(|s| s.lane).collect();
        spines = self::spines(netted, &laid);
        for (spine, lane) in spines.iter_mut().zip(lanes_before) {
            spine.lane = lane;
        }
        counts = choose(&mut spines, !last);
    }

    let sheet = Sheet::new(netted, widths, &counts);
    let boxes: Vec<Rect> = netted
        .columns
        .iter()
        .zip(&laid.spans)
        .map(|(column, (y, h))| {
            let (x, w) = sheet.column(*column);
            Rect { x, y: *y, w, h: *h }
        })
        .collect();
    let mut wires: Vec<Wire> = netted.links.iter().filter_map(|link| straight(link, &boxes)).collect();
    wires.extend(netted.nets.iter().enumerate().map(|(index, net)| {
        let ends: Vec<usize> = net.branches().map(|(_, b)| b.node).collect();
        let (from, to) = if net.family.fans_out() { (vec![net.hub], ends) } else { (ends, vec![net.hub]) };
        let mut wire = Wire { family: net.family, strokes: Vec::new(), tips: Vec::new(), from, to };
        for spine in spines.iter().filter(|s| s.net == index) {
            draw(spine, &sheet, &laid.ports, net.family, &mut wire);
        }
        wire
    }));
    Routed { boxes, ports: laid.ports, wires, columns: sheet.columns, width: sheet.width, height: laid.height }
}

/// The trunks of all nets.
fn spines(netted: &Netted, laid: &Laid) -> Vec<Spine> {
    let mut by_net: Vec<Vec<usize>> = vec![Vec::new(); netted.nets.len()];
    for (index, port) in laid.ports.iter().enumerate() {
        if let Some(list) = by_net.get_mut(port.net) {
            list.push(index);
        }
    }
    let mut spines = Vec::new();
    for (index, net) in netted.nets.iter().enumerate() {
        let channel = laid.channels.get(index).copied().flatten();
        for gutter in [Some(net.gutter), channel.map(|_| net.far_gutter())].into_iter().flatten() {
            let own = gutter == net.gutter;
            let mut exits: Vec<Exit> = Vec::new();
            for at in by_net.get(index).into_iter().flatten() {
                let Some(port) = laid.ports.get(*at).filter(|p| p.gutter == gutter) else { continue };
                let towards = match port.side {
                    Side::Left => Side::Right,
                    Side::Right => Side::Left,
                };
                exits.push(Exit { y: port.y, towards, port: Some(*at), root: port.end == End::Hub });
            }
            if let Some(y) = channel {
                let towards = if gutter == Gutter::Showing { Side::Left } else { Side::Right };
                exits.push(Exit { y, towards, port: None, root: !own });
            }
            spines.push(Spine { net: index, gutter, exits, lane: 0 });
        }
    }
    spines
}

/// Gives every trunk its lane, in a new order or in the order it has; gives the number of lanes of each gutter.
fn choose(spines: &mut [Spine], reorder: bool) -> [usize; 4] {
    Gutter::ALL.map(|gutter| {
        let here: Vec<usize> =
            spines.iter().enumerate().filter(|(_, s)| s.gutter == gutter).map(|(at, _)| at).collect();
        let trunks: Vec<Trunk> = here
            .iter()
            .filter_map(|at| spines.get(*at))
            .map(|spine| {
                let mut trunk = Trunk::default();
                spine.exits.iter().for_each(|e| trunk.leave(e.towards, e.y));
                trunk
            })
            .collect();
        let (lanes, count) = if reorder {
            lanes(&trunks)
        } else {
            let mut order: Vec<usize> = (0..here.len()).collect();
            order.sort_by_key(|at| (here.get(*at).and_then(|s| spines.get(*s)).map(|s| s.lane), *at));
            pack(&trunks, &order)
        };
        for (at, lane) in here.iter().zip(lanes) {
            if let Some(spine) = spines.get_mut(*at) {
                spine.lane = lane;
            }
        }
        count
    })
}

fn count_of(counts: &[usize; 4], gutter: Gutter) -> usize {
    counts.get(gutter as usize).copied().unwrap_or(0)
}

/// The x of columns and lanes.
struct Sheet {
    columns: [(i32, i32); 3],
    /// The x of the first lane of each gutter.
    first: [i32; 4],
    width: i32,
}

impl Sheet {
    fn new(netted: &Netted, widths: [i32; 3], counts: &[usize; 4]) -> Self {
        let used = |c: Column| netted.columns.contains(&c);
        let [outer, reading, showing, far] = counts.map(|n| i32::try_from(n).unwrap_or(i32::MAX / PITCH));
        let span = |lanes: i32| (lanes - 1).max(0) * PITCH;
        let rim = |lanes: i32| if lanes == 0 { 0 } else { EDGE + span(lanes) + MARGIN };
        let strip = |lanes: i32, between: bool| match (lanes, between) {
            (0, false) => 0,
            (0, true) => EMPTY,
            (lanes, _) => (2 * MARGIN + span(lanes)).max(EMPTY),
        };
        let (has_left, has_middle, has_right) = (used(Column::Left), used(Column::Middle), used(Column::Right));
        let [left, middle, right] = widths;
        let left = (rim(outer), if has_left { left } else { 0 });
        let reading_at = left.0 + left.1;
        let middle =
            (reading_at + strip(reading, has_left && (has_middle || has_right)), if has_middle { middle } else { 0 });
        let showing_at = middle.0 + middle.1;
        let right = (showing_at + strip(showing, has_middle && has_right), if has_right { right } else { 0 });
        let far_at = right.0 + right.1;
        Self {
            columns: [left, middle, right],
            first: [EDGE, reading_at + MARGIN, showing_at + MARGIN, far_at + MARGIN],
            width: far_at + rim(far),
        }
    }

    fn column(&self, column: Column) -> (i32, i32) {
        self.columns.get(column as usize).copied().unwrap_or((0, 0))
    }

    fn lane(&self, gutter: Gutter, lane: usize) -> i32 {
        let first = self.first.get(gutter as usize).copied().unwrap_or(0);
        first + i32::try_from(lane).unwrap_or(i32::MAX / PITCH) * PITCH
    }

    /// The x at which a gutter ends on that side: the border of the boxes there.
    fn border(&self, gutter: Gutter, side: Side) -> i32 {
        let (left, middle, right) =
            (self.column(Column::Left), self.column(Column::Middle), self.column(Column::Right));
        match (gutter, side) {
            (Gutter::Outer, Side::Left) => 0,
            (Gutter::Outer, Side::Right) => left.0,
            (Gutter::Reading, Side::Left) => left.0 + left.1,
            (Gutter::Reading, Side::Right) => middle.0,
            (Gutter::Showing, Side::Left) => middle.0 + middle.1,
            (Gutter::Showing, Side::Right) => right.0,
            (Gutter::Far, Side::Left) => right.0 + right.1,
            (Gutter::Far, Side::Right) => self.width,
        }
    }
}

/// The arrow from a box to the one below.
fn straight(link: &super::nets::Link, boxes: &[Rect]) -> Option<Wire> {
    let (upper, lower) = (boxes.get(link.from)?, boxes.get(link.to)?);
    let x = upper.x + upper.w / 2;
    let tip = Tip { at: (x, lower.y), towards: (0, 1) };
    Some(Wire {
        family: link.family,
        strokes: vec![vec![(x, upper.bottom()), back(tip, link.family)]],
        tips: vec![tip],
        from: vec![link.from],
        to: vec![link.to],
    })
}

/// Where the line before a tip ends: at the foot of an arrow, at the border behind a bar.
fn back(tip: Tip, family: Family) -> Spot {
    let by = match family.point() {
        Point::Arrow => ARROW - 1,
        Point::Bar => 0,
    };
    (tip.at.0 - tip.towards.0 * by, tip.at.1 - tip.towards.1 * by)
}

/// Adds the strokes and tips of one trunk.
fn draw(spine: &Spine, sheet: &Sheet, ports: &[Port], family: Family, wire: &mut Wire) {
    let lane = sheet.lane(spine.gutter, spine.lane);
    let Some(root) = spine.exits.iter().find(|e| e.root) else { return };
    // The end of an exit, and its tip where the arrows point there.
    let mut end = |exit: &Exit| -> Spot {
        let toward_right = exit.towards == Side::Right;
        let Some(port) = exit.port.and_then(|p| ports.get(p)) else {
            // Passing the middle column: the two trunks meet at its left border.
            return (sheet.border(Gutter::Reading, Side::Right), exit.y);
        };
        let at = (sheet.border(spine.gutter, exit.towards), exit.y);
        if (port.end == End::Hub) == family.fans_out() {
            return at;
        }
        let tip = Tip { at, towards: (if toward_right { 1 } else { -1 }, 0) };
        wire.tips.push(tip);
        back(tip, family)
    };

    let start = end(root);
    let mut strokes = Vec::new();
    let mut begun = false;
    for down in [false, true] {
        let mut row: Vec<(i32, Spot)> = Vec::new();
        for exit in spine.exits.iter().filter(|e| !e.root && (e.y > root.y) == down) {
            row.push((exit.y, end(exit)));
        }
        row.sort_by_key(|(y, _)| (y - root.y).abs());
        let (Some((nearest, _)), Some((farthest, tail))) = (row.first(), row.last()) else { continue };
        let toward = (lane - start.0).signum();
        let round = RADIUS.min((nearest - root.y).abs() / 2);
        // The second half of a trunk begins where the first one bends off.
        let head = if begun { (lane - toward * round, root.y) } else { start };
        begun = true;
        // The nearest branch is named on the way, so that the first corner is over before it joins.
        let mut trunk = vec![head, (lane, root.y), (lane, *nearest), (lane, *farthest), *tail];
        trunk.dedup();
        strokes.push(trunk);
        for (y, spot) in row.iter().take(row.len() - 1) {
            let round = RADIUS.min((y - root.y).abs() / 2);
            let back = if down { -round } else { round };
            strokes.push(vec![(lane, y + back), (lane, *y), *spot]);
        }
    }
    wire.strokes.extend(strokes);
}
