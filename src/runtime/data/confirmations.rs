//! Confirmations from a table: `decision,event,at`, in the order of its rows.
//!
//! `event` and `at` may be missing or empty: then it is what the decision was made for, and now. Whoever confirms counts on
//! it, so every row is read or none: what cannot be is an error, and all of them are named.

use std::io::Read;
use std::path::Path;

use super::cell::instant;
use super::expected::quoted;
use super::input::{Input, open, plain, unreadable};
use super::table::{Line, Table};
use super::{DataError, codes};
use crate::diagnostics::nearest;
use crate::model::Verified;
use crate::runtime::confirm::Confirmation;
use crate::runtime::names::Names;
use crate::value::{Instant, show_instant};

const COLUMNS: [&str; 3] = ["decision", "event", "at"];

/// Reads a table, packed or not; what has no time has happened `now`.
///
/// # Errors
/// The file cannot be read, a column is missing or means nothing, or a row is no confirmation.
pub fn confirmations(rules: &Verified, path: &Path, now: Instant) -> Result<Vec<Confirmation>, DataError> {
    let (input, _) = open(path)?;
    read(rules, &path.display().to_string(), input, now)
}

/// Reads from anything; `name` is for messages.
///
/// # Errors
/// As [`confirmations`].
pub fn confirmations_from(
    rules: &Verified,
    name: &str,
    from: impl Read + Send + 'static,
    now: Instant,
) -> Result<Vec<Confirmation>, DataError> {
    read(rules, name, plain(from).map_err(|why| unreadable(name, &why))?, now)
}

fn read(rules: &Verified, name: &str, input: Input, now: Instant) -> Result<Vec<Confirmation>, DataError> {
    let mut table = Table::open(name, input, None, COLUMNS.into_iter())?;
    let [decision] = table.fixed([("decision", "the decision's id")], &COLUMNS)?;
    let (event, at) = (table.column("event")?, table.column("at")?);
    table.keep_to_one_line(0..table.header().len());
    let mut all = Vec::new();
    while let Some(next) = table.next()? {
        all.push(match next {
            Line::Bad(bad) | Line::Doubtful { bad, .. } => {
                Err(DataError::new(&codes::BAD_CONFIRMATION, format!("`{name}`, line {}: {}", bad.line, bad.why))
                    .help("mend the row; nothing is confirmed before every row can be read"))
            }
            Line::Row { line, cells, .. } => {
                let cell = |at: usize| cells.get(at).map(str::trim).unwrap_or_default();
                let filled = |at: Option<usize>| at.map(cell).filter(|cell| !cell.is_empty());
                one(rules, cell(decision), filled(event), filled(at), now).map_err(|error| DataError {
                    message: format!("`{name}`, line {line}: {}", error.message),
                    ..error
                })
            }
        });
    }
    DataError::all(all)
}

/// A confirmation as somebody wrote it.
///
/// # Errors
/// It names no decision, an event that the rules do not have, or a time that is none or is still to come.
pub fn one(
    rules: &Verified,
    decision: &str,
    event: Option<&str>,
    at: Option<&str>,
    now: Instant,
) -> Result<Confirmation, DataError> {
    if decision.is_empty() {
        return Err(DataError::new(&codes::BAD_CONFIRMATION, "it does not say which decision it is of")
            .help("write the id that `cater decide` gave the decision"));
    }
    let event = event.map(|written| {
        Names::of(rules).event(written).ok_or_else(|| {
            let known = || rules.events.iter().map(|event| event.name.as_str());
            let error = DataError::new(
                &codes::BAD_CONFIRMATION,
                format!("the rules do not declare the event {}", quoted(written)),
            );
            match nearest(written, known()) {
                Some(meant) => error.help(format!("did you mean `{meant}`?")),
                None => error.help(format!("the events are {}", known().collect::<Vec<_>>().join(", "))),
            }
        })
    });
    let at = at.map(|written| {
        let at = instant(written, rules).ok_or_else(|| {
            DataError::new(&codes::BAD_CONFIRMATION, format!("{} is no time", quoted(written)))
                .help("write 2026-06-15T10:00Z, or leave it empty for now")
        })?;
        if at > now.plus(rules.defaults.skew) {
            let message = format!("{} is still to come: it is {} now", quoted(written), show_instant(now));
            return Err(DataError::new(&codes::BAD_CONFIRMATION, message)
                .help("confirm what has happened, or say `--now` where the clock is wrong"));
        }
        Ok(at)
    });
    Ok(Confirmation { decision: decision.to_owned(), event: event.transpose()?, at: at.transpose()?.unwrap_or(now) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::rule_set;
    use crate::model::{Event, EventId};

    fn read(text: &'static str) -> Result<Vec<Confirmation>, DataError> {
        let now = Instant::parse("2026-06-15T10:00Z").unwrap();
        confirmations_from(&Verified::new(rule_set()).unwrap(), "done.csv", text.as_bytes(), now)
    }

    #[test]
    fn rows_in_their_order_with_what_they_leave_out() {
        let all = read("event,decision,at\nclicked,7/home,2026-06-15T09:00Z\n,8/home,\npurchase,8/home,\n").unwrap();
        let told: Vec<(&str, Option<EventId>, String)> =
            all.iter().map(|one| (one.decision.as_str(), one.event, show_instant(one.at))).collect();
        let purchase = rule_set().event_named("purchase");
        let clicked = rule_set().event_named("clicked");
        assert_ne!(clicked, Some(Event::SHOWN));
        assert_eq!(
            told,
            [
                ("7/home", clicked, "2026-06-15T09:00Z".to_owned()),
                ("8/home", None, "2026-06-15T10:00Z".to_owned()),
                ("8/home", purchase, "2026-06-15T10:00Z".to_owned()),
            ]
        );
    }

    #[test]
    fn every_row_is_read_or_none_and_all_that_are_wrong_are_named() {
        let error = read(
            "decision,event,at\n7/home,clickt,\n,shown,\n8/home,,tomorrow\n9/home,,2026-06-15T10:02:01Z\na,b\n9/home,,2026-06-15T10:02Z\n",
        )
        .unwrap_err();
        let all: Vec<(&str, &str)> = std::iter::once(&error)
            .chain(&error.others)
            .map(|error| (error.code.name, error.message.as_str()))
            .collect();
        assert_eq!(
            all,
            [
                ("data::bad-confirmation", "`done.csv`, line 2: the rules do not declare the event `clickt`"),
                ("data::bad-confirmation", "`done.csv`, line 3: it does not say which decision it is of"),
                ("data::bad-confirmation", "`done.csv`, line 4: `tomorrow` is no time"),
                (
                    "data::bad-confirmation",
                    "`done.csv`, line 5: `2026-06-15T10:02:01Z` is still to come: it is 2026-06-15T10:00Z now"
                ),
                ("data::bad-confirmation", "`done.csv`, line 6: it has 2 cells, and the header has 3"),
            ]
        );
        assert_eq!(error.help.as_deref(), Some("did you mean `clicked`?"));
        assert_eq!(read("id,event\n").unwrap_err().code.name, "data::missing-column");
    }
}
