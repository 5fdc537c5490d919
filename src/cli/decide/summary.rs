//! What a run over a base came to, for people and for machines.

use serde_json::json;

use crate::cli::Format;
use crate::cli::customer::Known;
use crate::cli::terminal::Terminal;
use crate::diagnostics::codes::data::BAD_ROW;
use crate::frame::Decision;
use crate::model::RuleSet;
use crate::model::show::show_where;
use crate::runtime::Engine;
use crate::runtime::batch::{Assume, KeyRows, SlotSummary, Steps, Summary};
use crate::runtime::data::{BadRow, BadRows, Unread};
use crate::runtime::spelt::{held, way, words};
use crate::value::{Instant, show_instant};

/// How long the longest bar is.
const BAR: usize = 28;

/// A run that is over.
pub(super) struct Run<'a> {
    pub(super) engine: &'a Engine,
    pub(super) known: &'a Known,
    pub(super) summary: &'a Summary,
    pub(super) now: Instant,
    pub(super) assume: Assume,
    /// Per table, the columns that nothing is read from.
    pub(super) unread: Vec<(&'a str, Vec<Unread>)>,
    /// Whether the records of consent, and the events, are about these customers: the world's own are about its own, and
    /// that they know others than those of `--customers` is no news.
    pub(super) about_these: (bool, bool),
}

pub(super) fn people(run: &Run<'_>, terminal: &Terminal) {
    let Run { engine, known, summary, now, unread, about_these: _, assume: _ } = run;
    let rules = engine.rules();
    let slots = summary.slots.len();
    let head = format!(
        "{}, {} at {}",
        counted(summary.customers, "customer"),
        counted(slots as u64, "slot"),
        show_instant(*now)
    );
    terminal.line(terminal.styled("1", &head));
    mostly_unusable(rules, summary, terminal);
    // Who wants it quiet is told how much was decided, and what went wrong.
    if !terminal.quiet {
        for slot in &summary.slots {
            one_slot(rules, slot, terminal);
        }
        missing(rules, summary, terminal);
        unknown_names(known, terminal);
        odd_events(known, rules, *now, terminal);
        for (_, of, keys) in key_rows(run) {
            whose(of, keys, terminal);
        }
        for (table, columns) in unread {
            not_read(table, columns, terminal);
        }
    }
    for (_, of, bad) in all_bad(known, summary) {
        terminal.line("");
        bad_rows(of, bad, terminal);
    }
    let recorded = match summary.recorded {
        0 => String::new(),
        decisions if run.assume == Assume::Decided => format!("; {} reserved", counted(decisions, "decision")),
        showings => format!("; {} recorded", counted(showings, "showing")),
    };
    terminal.line(format!(
        "\n{} by {}, {} each{recorded}",
        counted(summary.decisions, "decision"),
        engine.how(),
        time(summary.per_decision())
    ));
}

fn one_slot(rules: &RuleSet, slot: &SlotSummary, terminal: &Terminal) {
    let of = &rules[slot.slot];
    let label = if of.label.is_empty() { String::new() } else { format!(": {}", of.label) };
    terminal.line(terminal.styled("1", &format!("\n{} {}{label}", of.name, show_where(rules, of))));
    let answers = slot.answers(rules);
    let total: u64 = answers.iter().map(|answer| answer.count).sum();
    let most = answers.iter().map(|answer| answer.count).max().unwrap_or(1).max(1);
    let rows: Vec<(String, String, u64)> = answers
        .iter()
        .map(|answer| {
            let decision = Decision::new(slot.slot, answer.outcome, answer.by);
            let (shows, by, rule) = words(rules, &decision);
            let who = match rule {
                Some(rule) if by == "rule" => rule.to_owned(),
                Some(rule) => format!("{rule}, {by}"),
                None => by.to_owned(),
            };
            let way = way(rules, &decision)
                .map(|(channel, silent)| format!(" by {channel}{}", if silent { ", silent" } else { "" }));
            let what = match held(rules, &decision) {
                Some(held) => format!("{held}, held"),
                None => format!("{}{}", shows.unwrap_or("nothing"), way.unwrap_or_default()),
            };
            (what, who, answer.count)
        })
        .collect();
    let width = |column: fn(&(String, String, u64)) -> &String| {
        rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0)
    };
    let (shows_width, who_width) = (width(|row| &row.0), width(|row| &row.1));
    for (shows, who, count) in &rows {
        let share = *count as f64 * 100.0 / total.max(1) as f64;
        let bar = match terminal.format {
            Format::Human => format!("  {}", terminal.styled("36", &bar(*count, most))),
            Format::Plain | Format::Json => String::new(),
        };
        terminal
            .line(format!("  {shows:shows_width$}  {who:who_width$}  {:>9}  {share:>5.1} %{bar}", thousands(*count)));
    }
    let fallbacks = slot.fallbacks.total();
    if fallbacks > 0 {
        // Where no rule was looked at, none was in any decision of the slot.
        let why = if slot.fallbacks.nobody < fallbacks {
            format!("what stopped the nearest rule: {}", steps(&slot.fallbacks))
        } else if let Some(why) = &of.off {
            format!("the slot is switched off: {why}")
        } else {
            "there is no rule in this slot".to_owned()
        };
        terminal.line(format!("  {} got the fallback; {why}", thousands(fallbacks)));
    }
    let held: Vec<String> = [(slot.capped, "a cap"), (slot.no_consent, "a missing consent")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, by)| format!("{} by {by}", thousands(count)))
        .collect();
    if !held.is_empty() {
        terminal.line(format!("  customers from whom a rule was held back: {}", held.join(", ")));
    }
}

/// What stopped the nearest miss, most frequent first.
fn steps(steps: &Steps) -> String {
    let mut all: Vec<(u64, &str)> = parts(steps).into_iter().filter(|(count, _)| *count > 0).collect();
    all.sort_by(|a, b| b.cmp(a));
    all.into_iter().map(|(count, word)| format!("{} {word}", thousands(count))).collect::<Vec<_>>().join(", ")
}

fn parts(steps: &Steps) -> [(u64, &'static str); 10] {
    let Steps {
        not_active,
        blocked,
        no_consent,
        not_applicable,
        not_known,
        taken,
        capped,
        outside,
        no_channel,
        nobody,
    } = steps;
    [
        (*not_applicable, "not applicable"),
        (*no_consent, "no consent"),
        (*not_known, "not known"),
        (*capped, "capped"),
        (*outside, "outside its hours"),
        (*no_channel, "no channel"),
        (*blocked, "blocked"),
        (*taken, "shown in another slot"),
        (*not_active, "not active"),
        (*nobody, "without a rule"),
    ]
}

/// Columns that as good as nobody has: decisions rest on data that was not understood, so it is said first.
fn mostly_unusable(rules: &RuleSet, summary: &Summary, terminal: &Terminal) {
    for (id, unusable, filled) in summary.missing.mostly_unusable() {
        let why = summary.missing.expected(rules, id).unwrap_or_default();
        let name = &rules[id].name;
        let (unusable, filled) = (thousands(unusable), counted(filled, "filled cell"));
        terminal.line(terminal.styled("33", &format!("warning: {unusable} of {filled} of `{name}` not usable: {why}")));
    }
}

fn missing(rules: &RuleSet, summary: &Summary, terminal: &Terminal) {
    let mut lines = Vec::new();
    for (id, counts) in summary.missing.iter() {
        let parts = [
            (counts.absent, "absent"),
            (counts.unreadable, "unreadable"),
            (counts.not_in_list, "not in the list"),
            (counts.stamps, "with an unreadable stamp"),
            (counts.unsaid, "without a value"),
        ];
        let words: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", thousands(*count)))
            .collect();
        let expected = summary.missing.expected(rules, id).map(|why| format!(": {why}")).unwrap_or_default();
        lines.push((rules[id].name.clone(), format!("{}{expected}", words.join(", "))));
    }
    for (id, counts) in summary.missing.permissions().iter() {
        let parts = [(counts.absent, "absent"), (counts.unreadable, "unreadable")];
        let words: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{} {word}", thousands(*count)))
            .collect();
        let expected = if counts.unreadable > 0 { ": full, provisional, denied or unknown is expected" } else { "" };
        lines.push((format!("permission.{}", rules[id].name), format!("{}{expected}", words.join(", "))));
    }
    if lines.is_empty() {
        return;
    }
    terminal.line(terminal.styled("1", "\nmissing, by column"));
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, words) in lines {
        terminal.line(format!("  {name:width$}  {words}"));
    }
}

/// What of the events was not counted as it stands in the file.
fn odd_events(known: &Known, rules: &RuleSet, now: Instant, terminal: &Terminal) {
    for (event, count) in known.events.after(now.plus(rules.defaults.skew)) {
        let are = if count == 1 { "is" } else { "are" };
        terminal.line(format!("\nevents: {} {event} {are} stamped after now and set aside", thousands(count)));
    }
    if known.events.repeated > 0 {
        let rows = counted(known.events.repeated, "row");
        terminal.line(format!("\nevents: {rows} told of an event again, which counts once"));
    }
    for (field, count) in &known.events.unreadable {
        terminal.line(format!("\nevents: `{field}` could not be read in {}", counted(*count, "row")));
    }
}

/// Columns that nothing is read from: mostly others' business, sometimes a slip.
fn not_read(table: &str, columns: &[Unread], terminal: &Terminal) {
    const NAMED: usize = 12;
    if columns.is_empty() {
        return;
    }
    let is = if columns.len() == 1 { "is" } else { "are" };
    let names: Vec<&str> = columns.iter().take(NAMED).map(|column| column.name.as_str()).collect();
    let more = match columns.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {} more", thousands(more as u64)),
    };
    let head = counted(columns.len() as u64, "column");
    terminal.line(format!("\n{head} of {table} {is} not read: {}{more}", names.join(", ")));
    for Unread { name, meant } in columns {
        if let Some(meant) = meant {
            terminal.line(format!("  no row has `{meant}`: is `{name}` meant for it?"));
        }
    }
}

/// Names in events that the rules do not know: probably slips. Those in consent have been told before.
pub(super) fn unknown_names(known: &Known, terminal: &Terminal) {
    for (what, _, names) in known.events.unknown_names() {
        let counts = if what == "channel" { "; they count for every channel" } else { "" };
        for (name, count) in names {
            terminal.line(format!(
                "\nevents: {} of {what} `{name}`, which the rules do not declare{counts}",
                counted(*count, "row")
            ));
        }
    }
}

/// Rows that belong to nobody, or once more to the same customer: their name for machines, their words, their keys.
fn key_rows<'a>(run: &Run<'a>) -> Vec<(&'static str, &'static str, &'a KeyRows)> {
    let summary = run.summary;
    let (consent, events) = run.about_these;
    let all = [
        (consent, "consent_of_nobody", "of consent belong to nobody in these tables", &summary.nobodys_consent),
        (events, "events_of_nobody", "of events belong to nobody in these tables", &summary.nobodys_events),
        (true, "keys_twice", "of customers who had a row before", &summary.twice),
    ];
    all.into_iter().filter(|(said, ..)| *said).map(|(_, name, words, rows)| (name, words, rows)).collect()
}

fn whose(of: &str, KeyRows { rows, keys, first }: &KeyRows, terminal: &Terminal) {
    if *rows == 0 {
        return;
    }
    let names: Vec<String> = first.iter().map(|key| format!("`{key}`")).collect();
    let more = match (names.len(), keys.saturating_sub(first.len() as u64)) {
        (0, _) | (_, 0) => String::new(),
        (_, more) => format!(" and {} more", thousands(more)),
    };
    let names = if names.is_empty() { String::new() } else { format!(": {}{more}", names.join(", ")) };
    terminal.line(format!("\n{} {of}{names}", counted(*rows, "row")));
}

/// Everything that could not be used as it stood, where there is any: its name for machines, its words, its rows.
pub(super) fn all_bad<'a>(known: &'a Known, summary: &'a Summary) -> Vec<(&'static str, &'static str, &'a BadRows)> {
    let all = [
        ("bad_consent_rows", "of consent not used as it stands", &known.consent.bad),
        ("doubtful_consent_rows", "of consent in doubt", &known.consent.doubtful),
        ("bad_event_rows", "of events passed over", &known.events.bad),
        ("doubtful_event_rows", "of events in doubt, counted for caps all the same", &known.events.doubtful),
        ("bad_rows", "passed over", &summary.bad_rows),
    ];
    all.into_iter().filter(|(.., rows)| rows.count > 0).collect()
}

pub(in crate::cli) fn bad_rows(of: &str, bad: &BadRows, terminal: &Terminal) {
    let code = if of.ends_with("passed over") { format!(" ({})", BAD_ROW.name) } else { String::new() };
    terminal.line(terminal.styled("33", &format!("{} {of}{code}", counted(bad.count, "row"))));
    named(bad, terminal);
}

fn named(bad: &BadRows, terminal: &Terminal) {
    for row in &bad.first {
        terminal.line(format!("  {}, row {} (line {}): {}", row.file, row.row, row.line, row.why));
    }
    let more = bad.count.saturating_sub(bad.first.len() as u64);
    if more > 0 {
        terminal.line(format!("  and {} more", thousands(more)));
    }
}

/// Bad rows, counted and the first of them named.
pub(in crate::cli) fn machine_rows(bad: &BadRows) -> serde_json::Value {
    let named = |row: &BadRow| json!({ "file": row.file, "row": row.row, "line": row.line, "why": row.why });
    json!({ "count": bad.count, "first": bad.first.iter().map(named).collect::<Vec<_>>() })
}

pub(super) fn machine(run: &Run<'_>) -> serde_json::Value {
    let Run { engine, known, summary, now, unread, about_these: _, assume: _ } = run;
    let rules = engine.rules();
    let steps_of = |steps: &Steps| {
        serde_json::Map::from_iter(parts(steps).map(|(count, word)| (word.replace(' ', "_"), json!(count))))
    };
    let slots: Vec<_> = summary
        .slots
        .iter()
        .map(|slot| {
            let answers: Vec<_> = slot
                .answers(rules)
                .iter()
                .map(|answer| {
                    let decision = Decision::new(slot.slot, answer.outcome, answer.by);
                    let (shows, by, rule) = words(rules, &decision);
                    let mut object = json!({ "shows": shows, "by": by, "rule": rule, "count": answer.count });
                    if let Some(fields) = object.as_object_mut() {
                        if let Some((channel, silent)) = way(rules, &decision) {
                            fields.insert("channel".to_owned(), channel.into());
                            fields.insert("silent".to_owned(), silent.into());
                        }
                        fields.extend(held(rules, &decision).map(|held| ("holds".to_owned(), json!(held))));
                    }
                    object
                })
                .collect();
            let passed: serde_json::Map<_, _> = slot
                .passed_over
                .iter()
                .map(|(rule, steps)| (rules[*rule].name.clone(), json!(steps_of(steps))))
                .collect();
            json!({
                "slot": rules[slot.slot].name, "answers": answers, "passed_over": passed,
                "fallbacks": steps_of(&slot.fallbacks), "capped": slot.capped, "no_consent": slot.no_consent,
            })
        })
        .collect();
    let permissions = summary.missing.permissions().iter().map(|(id, counts)| {
        let counted = json!({ "absent": counts.absent, "unreadable": counts.unreadable });
        (format!("permission.{}", rules[id].name), counted)
    });
    let missing: serde_json::Map<_, _> = summary
        .missing
        .iter()
        .map(|(id, counts)| {
            if rules[id].is_protected() {
                return (rules[id].name.clone(), json!({ "without_a_value": counts.unsaid }));
            }
            let counts = json!({ "absent": counts.absent, "unreadable": counts.unreadable,
                "not_in_list": counts.not_in_list, "unreadable_stamps": counts.stamps,
                "sample": summary.missing.sample(id), "expected": summary.missing.expected(rules, id) });
            (rules[id].name.clone(), counts)
        })
        .chain(permissions)
        .collect();
    let set_aside: serde_json::Map<_, _> = known
        .events
        .after(now.plus(rules.defaults.skew))
        .map(|(event, count)| (event.to_owned(), json!(count)))
        .collect();
    let mostly: Vec<_> = summary
        .missing
        .mostly_unusable()
        .map(|(id, unusable, filled)| json!({ "column": rules[id].name, "unusable": unusable, "filled": filled }))
        .collect();
    let unread: serde_json::Map<_, _> = unread
        .iter()
        .map(|(table, columns)| {
            let names: Vec<_> =
                columns.iter().map(|column| json!({ "name": column.name, "meant": column.meant })).collect();
            ((*table).to_owned(), json!(names))
        })
        .collect();
    let keys = |KeyRows { rows, keys, first }: &KeyRows| json!({ "rows": rows, "keys": keys, "first": first });
    let key_rows = key_rows(run).into_iter().map(|(name, _, rows)| (name.to_owned(), keys(rows)));
    let mut object = json!({
        "now": show_instant(*now),
        "customers": summary.customers,
        "decisions": summary.decisions,
        "slots": slots,
        "missing": missing,
        "mostly_unusable": mostly,
        "findings": known.findings(),
        "columns_not_read": unread,
        "bad_rows": machine_rows(&summary.bad_rows),
        "bad_consent_rows": machine_rows(&known.consent.bad),
        "doubtful_consent_rows": machine_rows(&known.consent.doubtful),
        "bad_event_rows": machine_rows(&known.events.bad),
        "doubtful_event_rows": machine_rows(&known.events.doubtful),
        "events_set_aside": set_aside,
        "events_repeated": known.events.repeated,
        "unreadable_event_fields": known.events.unreadable,
        "unknown_events": known.events.unknown_events,
        "unknown_offers": known.events.unknown_offers,
        "unknown_tags": known.events.unknown_tags,
        "unknown_channels": known.events.unknown_channels,
        "showings_recorded": summary.recorded,
        "engine": engine.how().to_string(),
        "nanoseconds_per_decision": summary.per_decision().as_nanos(),
    });
    if let Some(fields) = object.as_object_mut() {
        fields.extend(key_rows);
    }
    object
}

fn bar(count: u64, most: u64) -> String {
    // Eighths of a character, rounded up, so that whoever sees anything has a mark.
    let eighths = (u128::from(count) * (BAR as u128) * 8).div_ceil(u128::from(most)) as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
    bar
}

fn counted(count: u64, word: &str) -> String {
    format!("{} {word}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// 45211 as `45,211`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn time(duration: std::time::Duration) -> String {
    let nanoseconds = duration.as_nanos();
    if nanoseconds < 10_000 { format!("{nanoseconds} ns") } else { format!("{:.1} µs", nanoseconds as f64 / 1000.0) }
}

#[cfg(test)]
mod tests {
    use super::{bar, thousands};

    #[test]
    fn numbers_and_bars_read_well() {
        assert_eq!([7, 1_000, 45_211, 1_234_567].map(thousands), ["7", "1,000", "45,211", "1,234,567"]);
        assert_eq!(bar(28, 28).chars().count(), 28);
        assert_eq!(bar(1, 1_000_000), "▏");
        assert_eq!(bar(0, 5), "");
    }
}
