//! What waits, as formulas: where windows and the caps that hold let a candidate pass, and where it would wait for too
//! long.
//!
//! Windows are open or closed and what waits is in time or too late as the search likes; what really is so is looked at
//! where a customer is made (`hours`).

use super::domain::{Hours, Source, Waits};
use super::formula::Formula;
use super::read::{Read, Simple};
use super::slot::Writer;
use crate::model::{BlockId, CapId, CapZone, Condition, Outside, WindowId};

/// How something stands to its windows and to the caps that hold it.
pub(super) struct Passed {
    /// They let it pass, or hold it.
    pub(super) passes: Formula,
    /// It drops out for a cap that would hold it for too long.
    pub(super) capped: Formula,
}

/// On what it hangs until when something waits: windows, caps that hold, blocks, and when it is over.
pub(super) type Bound<'a> = (Vec<WindowId>, Vec<CapId>, Vec<BlockId>, Option<&'a Condition>);

impl Writer<'_, '_> {
    /// Windows and caps that hold let what waits for them pass, or it is held and has its place all the same (R10).
    pub(super) fn passed(&mut self, of: Waits) -> Passed {
        let (rules, (offer, rule, by)) = (self.rules, of);
        let (windows, caps) = rules.holding(offer, rule, by);
        let blocks = rule.map_or_else(|| rules[offer].blocks.clone(), |rule| rules.blocks_on(rule));
        let expires = rule.and_then(|rule| rules[rule].expires.as_ref()).map(|clause| &clause.condition);
        let (mut dropping, mut waits) = (Vec::new(), Vec::new());
        for id in windows.iter().copied() {
            let closed = self.closed(id);
            match rules[id].outside {
                Outside::Drop => dropping.push(closed),
                Outside::Hold(_) => {
                    waits.push(closed);
                    // What has no clock has no hour at which it opens, so nothing waits for it.
                    dropping.push(self.nowhere(id));
                }
                // That is asked with its channel.
                Outside::NextChannel => {}
            }
        }
        let spent: Vec<Formula> = caps.iter().map(|cap| self.spent(*cap)).collect();
        if waits.is_empty() && spent.is_empty() {
            let stopped = self.compiler.formulas.any(dropping);
            return Passed { passes: self.compiler.formulas.not(stopped), capped: Formula::NEVER };
        }
        let may_expire = !spent.is_empty() && expires.is_some();
        let of = *self.alike.entry((windows, caps, blocks, expires)).or_insert(of);
        let late = self.compiler.flag(Source::Hours(Hours::Late(of)));
        let expires = if may_expire { self.compiler.flag(Source::Hours(Hours::Expires(of))) } else { Formula::NEVER };
        let formulas = &mut self.compiler.formulas;
        let for_caps = formulas.any(spent);
        let waits = formulas.any(waits.into_iter().chain([for_caps]));
        let too_late = formulas.both(waits, late);
        let dropped = formulas.any(dropping);
        let stopped = formulas.any([dropped, too_late]);
        let (open, lives) = (formulas.not(dropped), formulas.not(expires));
        Passed { passes: formulas.not(stopped), capped: formulas.all([open, for_caps, late, lives]) }
    }

    /// A window is closed: by the hour, or because nobody knows on whose clocks it is read.
    pub(super) fn closed(&mut self, id: WindowId) -> Formula {
        let flag = self.compiler.flag(Source::Hours(Hours::Closed(id)));
        let nowhere = self.nowhere(id);
        self.compiler.formulas.any([flag, nowhere])
    }

    /// Nobody knows on whose clocks a window is read.
    fn nowhere(&mut self, id: WindowId) -> Formula {
        let zones = &self.rules[id].zones;
        let mut known = |zone: &CapZone| match zone {
            CapZone::Named(_) => Formula::ALWAYS,
            CapZone::Attribute(read) => self.compiler.readable(&Simple::Attribute(Read::plain(*read, true))),
        };
        let mut any: Vec<Formula> = zones.first.iter().map(&mut known).collect();
        let every: Vec<Formula> = zones.every.iter().map(&mut known).collect();
        if !every.is_empty() {
            any.push(self.compiler.formulas.all(every));
        }
        let somewhere = self.compiler.formulas.any(any);
        self.compiler.formulas.not(somewhere)
    }
}
