//! How things look: the families of lines, the colours for light and dark, the style sheet.
//!
//! Takes nothing, gives constants and one style sheet. Every kind is told apart twice, by colour and by something
//! that is left when there is no colour: a sign in the box, a pattern or a point of the line.

use super::{ArrowKind, NodeKind};

/// Arrows that are drawn alike and may share a trunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    /// Order by class and priority.
    Outranks,
    /// Order that was written.
    Before,
    /// A rule and its offer.
    Shows,
    /// What stands in.
    Substitute,
    /// The fallback list and its offers.
    FallsBack,
    /// What a condition reads.
    Reads,
    /// What keeps away.
    Excludes,
    /// Purposes.
    Needs,
    /// Caps.
    Limits,
    /// A rule and the channels it sends by.
    SendsBy,
}

/// What stands at the pointed end of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// A filled arrow.
    Arrow,
    /// A bar across the line: it stops, it does not lead.
    Bar,
}

impl Family {
    /// Every family, in the order of the legend.
    pub(super) const ALL: [Self; 10] = [
        Self::Outranks,
        Self::Before,
        Self::Shows,
        Self::Substitute,
        Self::FallsBack,
        Self::Reads,
        Self::Excludes,
        Self::Needs,
        Self::Limits,
        Self::SendsBy,
    ];

    /// The family of an arrow.
    pub(super) fn of(kind: ArrowKind) -> Self {
        match kind {
            ArrowKind::Outranks => Self::Outranks,
            ArrowKind::Before => Self::Before,
            ArrowKind::Shows => Self::Shows,
            ArrowKind::IfCapped | ArrowKind::IfNoConsent | ArrowKind::IfUnknown => Self::Substitute,
            ArrowKind::FallsBack => Self::FallsBack,
            ArrowKind::Reads => Self::Reads,
            ArrowKind::Excludes => Self::Excludes,
            ArrowKind::Needs => Self::Needs,
            ArrowKind::Limits => Self::Limits,
            ArrowKind::SendsBy => Self::SendsBy,
        }
    }

    /// Whether its arrows are gathered where they start (one segment, many readers) or where they point.
    pub(super) fn fans_out(self) -> bool {
        match self {
            Self::Reads | Self::Excludes | Self::Limits => true,
            Self::Outranks
            | Self::Before
            | Self::Shows
            | Self::Substitute
            | Self::FallsBack
            | Self::Needs
            | Self::SendsBy => false,
        }
    }

    /// The class in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Outranks => "outranks",
            Self::Before => "before",
            Self::Shows => "shows",
            Self::Substitute => "stands-in",
            Self::FallsBack => "falls-back",
            Self::Reads => "reads",
            Self::Excludes => "keeps-away",
            Self::Needs => "needs",
            Self::Limits => "limits",
            Self::SendsBy => "sends-by",
        }
    }

    /// What the legend says.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Outranks => "wins over",
            Self::Before => "written before",
            Self::Shows => "shows",
            Self::Substitute => "stands in if the rule drops out",
            Self::FallsBack => "falls back to",
            Self::Reads => "is read by",
            Self::Excludes => "keeps away (unless)",
            Self::Needs => "needs consent for",
            Self::Limits => "caps",
            Self::SendsBy => "sends by",
        }
    }

    /// What stands at its pointed end.
    pub(super) fn point(self) -> Point {
        match self {
            Self::Excludes | Self::Limits => Point::Bar,
            Self::Outranks
            | Self::Before
            | Self::Shows
            | Self::Substitute
            | Self::FallsBack
            | Self::Reads
            | Self::Needs
            | Self::SendsBy => Point::Arrow,
        }
    }

    /// The pattern of the line: lengths of strokes and gaps; empty is a solid line.
    fn dashes(self) -> &'static str {
        match self {
            Self::Outranks | Self::Before | Self::Shows | Self::Reads => "",
            Self::Substitute => "7 4",
            Self::FallsBack => "2 3",
            Self::Excludes => "1.5 3",
            Self::Needs => "12 4",
            Self::Limits => "9 3 2 3",
            Self::SendsBy => "4 2",
        }
    }

    /// The width of the line in hundredths of a pixel.
    fn weight(self) -> u32 {
        match self {
            Self::Before => 225,
            Self::Shows | Self::Substitute | Self::SendsBy => 150,
            Self::Excludes => 160,
            Self::Outranks | Self::FallsBack | Self::Needs | Self::Limits => 140,
            Self::Reads => 120,
        }
    }

    fn colour(self) -> (&'static str, &'static str) {
        match self {
            Self::Outranks => ("#8a8f98", "#7d8590"),
            Self::Before => ("#33373e", "#d5d9e0"),
            Self::Shows => kind_colour(NodeKind::Offer),
            Self::Substitute => ("#b45309", "#f0a255"),
            Self::FallsBack => kind_colour(NodeKind::Fallback),
            Self::Reads => kind_colour(NodeKind::Segment),
            Self::Excludes => ("#a11d5b", "#f08bb8"),
            Self::Needs => kind_colour(NodeKind::Purpose),
            Self::Limits => kind_colour(NodeKind::Cap),
            Self::SendsBy => kind_colour(NodeKind::Channel),
        }
    }
}

/// The class of a kind of box in the style sheet.
pub(super) fn class(kind: NodeKind) -> &'static str {
    kind.word()
}

/// The line colour of a kind of box, for light and for dark.
fn kind_colour(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Rule => ("#3d4451", "#c3cad6"),
        NodeKind::Fallback => ("#646b76", "#9aa2ae"),
        NodeKind::Offer => ("#0b7a66", "#4fc3a8"),
        NodeKind::Segment => ("#2563a8", "#76aef0"),
        NodeKind::Value => ("#6d46b5", "#b79af0"),
        NodeKind::Attribute => ("#47708a", "#8fb6cc"),
        NodeKind::Purpose => ("#7a6200", "#d9bd4e"),
        NodeKind::Cap => ("#b3392f", "#f2897f"),
        NodeKind::Channel => ("#006d77", "#5cc8d1"),
    }
}

/// The filling of a kind of box, for light and for dark.
fn kind_fill(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Rule => ("#fdfdfc", "#262b33"),
        NodeKind::Fallback => ("#f8f8f6", "#1f232a"),
        NodeKind::Offer => ("#eef8f5", "#17302b"),
        NodeKind::Segment => ("#eff5fc", "#1a2a3d"),
        NodeKind::Value => ("#f5f1fc", "#2a2340"),
        NodeKind::Attribute => ("#f0f5f8", "#1e2b33"),
        NodeKind::Purpose => ("#fbf7e6", "#2e2a18"),
        NodeKind::Cap => ("#fdf2f1", "#3a2220"),
        NodeKind::Channel => ("#ecf6f7", "#162c2f"),
    }
}

/// Page, panel, panel's edge, text, quiet text, error, warning, note; for light and for dark.
const GROUND: [(&str, &str, &str); 9] = [
    (".page{fill:", "#f4f3ef", "#13161b"),
    (".panel{fill:", "#ffffff", "#1b1f26"),
    (".panel{stroke:", "#dcd9d1", "#333a45"),
    ("text{fill:", "#1f2329", "#e8ebf0"),
    (".quiet{fill:", "#5c636e", "#a3abb8"),
    (".error{fill:", "#b42318", "#ff8a80"),
    (".warning{fill:", "#8f5b00", "#f2b84b"),
    (".info{fill:", "#2563a8", "#76aef0"),
    (".mark{stroke:", "#5c636e", "#a3abb8"),
];

/// The style sheet. Every selector starts at the drawing's own class, so that a drawing pasted into a page changes
/// nothing around it.
pub(super) fn sheet() -> String {
    let mut out = String::from(
        ".cater text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,\"Noto Sans\",\
         \"Noto Sans CJK SC\",sans-serif}\n\
         .cater .strong{font-weight:600}\n\
         .cater .panel{stroke-width:1}\n\
         .cater .box{stroke-width:1.25}\n\
         .cater .box.fallback{stroke-dasharray:5 4}\n\
         .cater .line,.cater .bar{fill:none;stroke-linecap:butt;stroke-linejoin:round}\n\
         .cater .sign{fill:none;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}\n\
         .cater .cut{fill:none;stroke-width:1.6;stroke-linecap:round}\n\
         .cater .off{opacity:.6}\n\
         .cater .off .strong{text-decoration:line-through}\n\
         .cater .wire:hover .line,.cater .wire:hover .bar{stroke-width:3.2}\n\
         .cater .node:hover .box{stroke-width:2.4}\n",
    );
    for family in Family::ALL {
        let weight = family.weight();
        let dashes = family.dashes();
        out.push_str(&format!(
            ".cater .{} .line,.cater .{0} .bar{{stroke-width:{}.{:02}",
            family.class(),
            weight / 100,
            weight % 100
        ));
        out.push('}');
        if !dashes.is_empty() {
            out.push_str(&format!(".cater .{} .line{{stroke-dasharray:{dashes}}}", family.class()));
        }
        out.push('\n');
    }
    out.push_str(&colours(|pair| pair.0));
    out.push_str("@media (prefers-color-scheme:dark){\n");
    out.push_str(&colours(|pair| pair.1));
    out.push_str("}\n");
    out
}

/// All colours of one scheme.
fn colours(pick: impl Fn((&'static str, &'static str)) -> &'static str) -> String {
    let mut out = String::new();
    for (head, light, dark) in GROUND {
        out.push_str(&format!(".cater {}{}}}", head, pick((light, dark))));
    }
    out.push_str(&format!(".cater .cut{{stroke:{}}}\n", pick(("#ffffff", "#13161b"))));
    for kind in NodeKind::ALL {
        let line = pick(kind_colour(kind));
        out.push_str(&format!(
            ".cater .box.{0}{{fill:{1};stroke:{line}}}.cater .sign.{0}{{stroke:{line}}}\n",
            class(kind),
            pick(kind_fill(kind)),
        ));
    }
    for family in Family::ALL {
        let line = pick(family.colour());
        out.push_str(&format!(
            ".cater .{0} .line,.cater .{0} .bar{{stroke:{line}}}.cater .{0} .head{{fill:{line}}}\n",
            family.class(),
        ));
    }
    // What is read has the colour of its box.
    for kind in [NodeKind::Value, NodeKind::Attribute] {
        let line = pick(kind_colour(kind));
        out.push_str(&format!(
            ".cater .reads.{0} .line{{stroke:{line}}}.cater .reads.{0} .head{{fill:{line}}}\n",
            class(kind)
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as the web's accessibility guidelines define it.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let v = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if v <= 0.03928 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn everything_stands_out_in_both_schemes() {
        for dark in [false, true] {
            let pick = |pair: (&'static str, &'static str)| if dark { pair.1 } else { pair.0 };
            let ground = |at: usize| pick((GROUND[at].1, GROUND[at].2));
            let (page, panel, text, quiet) = (ground(0), ground(1), ground(3), ground(4));
            let mut fills = vec![page, panel];
            fills.extend(NodeKind::ALL.map(|k| pick(kind_fill(k))));
            for fill in &fills {
                assert!(contrast(text, fill) >= 10.0, "text {text} on {fill}");
                assert!(contrast(quiet, fill) >= 4.5, "quiet text {quiet} on {fill}");
            }
            for kind in NodeKind::ALL {
                assert!(contrast(pick(kind_colour(kind)), pick(kind_fill(kind))) >= 4.5, "{kind:?}");
            }
            for family in Family::ALL {
                assert!(contrast(pick(family.colour()), panel) >= 3.0, "{family:?}");
            }
        }
    }

    #[test]
    fn every_family_is_told_apart_without_colour() {
        let looks: std::collections::BTreeSet<_> =
            Family::ALL.iter().map(|f| (f.dashes(), f.weight(), matches!(f.point(), Point::Bar))).collect();
        assert_eq!(looks.len(), Family::ALL.len());
    }
}
