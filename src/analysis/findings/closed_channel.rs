//! `lint::closed-channel`: a channel by which nothing can ever be sent, because what it asks is never yes.

use super::Look;
use crate::analysis::verdict::{Place, Range};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::model::{Channel, ChannelId, Condition};

/// What a channel asks of device and customer, as one condition; none where it asks nothing.
pub(in crate::analysis) fn asked(channel: &Channel) -> Option<Condition> {
    let mut asked: Vec<Condition> = channel.asked().map(|clause| clause.condition.clone()).collect();
    if asked.len() > 1 { Some(Condition::And(asked)) } else { asked.pop() }
}

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    (0..look.rules.channels.len()).map(ChannelId::from_index).filter_map(|id| finding(look, id)).collect()
}

fn finding(look: &Look<'_>, id: ChannelId) -> Option<Diagnostic> {
    if !look.is_closed(id) {
        return None;
    }
    let channel = &look.rules[id];
    // A segment that is never yes is told where it stands.
    let of_segment = |condition: &Condition| look.empty_segment(condition).is_some();
    if channel.asked().any(|clause| of_segment(&clause.condition)) {
        return None;
    }
    let message = format!("nothing can ever go by `{}`", channel.name);
    let mut clauses = [(&channel.allowed, "allowed"), (&channel.reached, "reached")].into_iter();
    let mut clauses = clauses.by_ref().filter_map(|(clause, word)| Some((clause.as_ref()?.span, word)));
    let (span, word) = clauses.next()?;
    let diagnostic = Diagnostic::new(&lint::CLOSED_CHANNEL, span, message);
    Some(match clauses.next() {
        None => diagnostic
            .primary(format!("never {word}"))
            .help("look for two demands that exclude each other, or a value that there is not"),
        Some((other, other_word)) => diagnostic
            .primary(format!("never {word} and {other_word} at once"))
            .label(other, "the other half")
            .help("look for two demands that exclude each other, or a value that there is not"),
    })
}

impl Look<'_> {
    /// Whether nothing can ever go by a channel.
    pub(super) fn is_closed(&self, id: ChannelId) -> bool {
        let range = self.report.conditions.get(&Place::Channel(id));
        matches!(range, Some(Range::AlwaysNo | Range::NeverYes))
    }
}
