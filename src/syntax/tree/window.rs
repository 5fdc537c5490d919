//! The clauses of a window.

use super::{CapTarget, CapZone, Duration, Expr};
use crate::source::Span;

/// A clause of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowClause {
    /// `zone visited else home else "Europe/Berlin"`
    Zone(ZoneChain),
    /// `open mon to sat 09:00 until 21:00 when awake`
    Open(Opening),
    /// `on class marketing`
    On(CapTarget),
    /// `outside drop`
    Outside(Outside),
}

/// In which zone a window is read: the first that is known, or each of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneChain {
    /// `visited`, `home`, `"Europe/Berlin"`: tried in this order.
    pub first: Vec<CapZone>,
    /// `every of [..]`: the last resort; in all of these it must be open.
    pub every: Option<EveryZone>,
    /// All of it.
    pub span: Span,
}

/// `every of ["Europe/Berlin", "America/New_York"]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EveryZone {
    /// In the order written; may be empty, which the checker refuses.
    pub zones: Vec<CapZone>,
    /// All of it.
    pub span: Span,
}

/// One row of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// `mon to sat`, `sat, sun`: places from Monday, both ends in; every day where none is written.
    pub days: Vec<OpenDays>,
    /// `09:00`: seconds of the day.
    pub opens: TimeOfDay,
    /// `21:00`, `24:00`
    pub closes: TimeOfDay,
    /// `when awake`
    pub when: Option<Expr>,
}

/// `mon to sat`, or one day twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDays {
    /// `mon`: the place from Monday, 0 to 6.
    pub from: u8,
    /// `sat`: included.
    pub to: u8,
    /// Both.
    pub span: Span,
}

/// A time of day on a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOfDay {
    /// Seconds since midnight; 86,400 is `24:00`.
    pub seconds: u32,
    /// Where.
    pub span: Span,
}

/// What becomes of a candidate while a window is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// `hold at most 12 hours`; without the most, its rules expire.
    Hold(Option<Duration>),
    /// `drop`
    Drop,
    /// `next channel`
    NextChannel,
}
