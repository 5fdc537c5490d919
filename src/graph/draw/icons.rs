//! The small signs in boxes: fourteen pixels square, drawn with lines, one for each kind of box and each mark.
//!
//! Gives them as SVG paths; refuses to know where they stand.

use super::style::class;
use super::{Node, NodeKind};
use crate::diagnostics::Severity;

/// Width and height of a sign.
pub(super) const SIZE: i32 = 14;

/// Something said about a box by a sign in its corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// Switched off.
    Off,
    /// Has dates.
    Dated,
    /// Has a finding of that weight.
    Found(Severity),
}

impl Mark {
    /// Every mark, in the order of the legend.
    pub(super) const ALL: [Self; 5] = [
        Self::Off,
        Self::Dated,
        Self::Found(Severity::Error),
        Self::Found(Severity::Warning),
        Self::Found(Severity::Note),
    ];

    /// The marks of a box, from left to right.
    pub(super) fn of(node: &Node) -> Vec<Self> {
        let found = node.finding.map(Self::Found);
        let off = node.off.then_some(Self::Off);
        let dated = node.dated.then_some(Self::Dated);
        [dated, off, found].into_iter().flatten().collect()
    }

    /// What it says.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Off => "switched off",
            Self::Dated => "has dates",
            Self::Found(Severity::Error) => "has an error",
            Self::Found(Severity::Warning) => "has a warning",
            Self::Found(Severity::Note) => "has a note",
        }
    }
}

/// The lines of a kind's sign.
fn sign(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Rule => "M2 3.5h10M2 7h7M2 10.5h4",
        NodeKind::Fallback => "M7 1.8v7M4 6l3 3 3-3M2.5 12.2h9",
        NodeKind::Offer => "M2 7.2V2h5.2l5.3 5.3-5.2 5.2zM4.8 4.8h.01",
        NodeKind::Channel => "M1.8 3.2h10.4v7.6H1.8zM1.8 3.6L7 7.8l5.2-4.2",
        NodeKind::Segment => {
            "M9.2 7a3.8 3.8 0 1 1-7.6 0a3.8 3.8 0 1 1 7.6 0zM12.4 7a3.8 3.8 0 1 1-7.6 0a3.8 3.8 0 1 1 7.6 0z"
        }
        NodeKind::Value => "M11 4V2.5H3.4L7.4 7l-4 4.5H11V10",
        NodeKind::Attribute => "M2.3 3.5h.01M5.5 3.5h6.2M2.3 7h.01M5.5 7h6.2M2.3 10.5h.01M5.5 10.5h6.2",
        NodeKind::Purpose => "M7 1.4l4.8 1.8v3.5c0 3-2 5-4.8 6c-2.8-1-4.8-3-4.8-6V3.2zM4.8 6.9l1.6 1.6 2.9-3.1",
        NodeKind::Cap => "M1.8 2.6h10.4M4 12V7.5M7 12V5.2M10 12V8.8",
    }
}

/// The sign of a kind with its corner at `x`, `y`.
pub(super) fn of_kind(kind: NodeKind, x: i32, y: i32) -> String {
    piece(&format!("sign {}", class(kind)), sign(kind), x, y)
}

/// A mark with its corner at `x`, `y`.
pub(super) fn of_mark(mark: Mark, x: i32, y: i32) -> String {
    let (class, shape, cut) = match mark {
        Mark::Off => ("sign mark", "M12 7a5 5 0 1 1-10 0a5 5 0 1 1 10 0zM3.6 3.6l6.8 6.8", ""),
        Mark::Dated => ("sign mark", "M2 3.4h10v8.6H2zM2 6.4h10M4.7 1.8v2.6M9.3 1.8v2.6", ""),
        Mark::Found(Severity::Error) => {
            ("error", "M4.4 .8h5.2l3.6 3.6v5.2l-3.6 3.6H4.4L.8 9.6V4.4z", "M5 5l4 4M9 5l-4 4")
        }
        Mark::Found(Severity::Warning) => ("warning", "M7 .8l6.6 12H.4z", "M7 5.2v3.4M7 10.8h.01"),
        Mark::Found(Severity::Note) => ("info", "M13 7a6 6 0 1 1-12 0a6 6 0 1 1 12 0z", "M7 6.6v3.8M7 3.8h.01"),
    };
    let mut out = piece(class, shape, x, y);
    if !cut.is_empty() {
        out.push_str(&piece("cut", cut, x, y));
    }
    out
}

/// One path, moved to its place. Signs are written out each time: references (`use`) lose their style in some viewers.
fn piece(class: &str, data: &str, x: i32, y: i32) -> String {
    format!("<path class=\"{class}\" transform=\"translate({x} {y})\" d=\"{data}\"/>\n")
}
