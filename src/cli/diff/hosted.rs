//! A comparison where a change is reviewed: a comment on a pull request, annotations beside the lines and the summary of
//! a job. What stops the merge comes first.

use super::super::baseline::Top;
use super::super::check::tell::summarise;
use super::super::terminal::Terminal;
use super::super::{CannotRun, Spelling};
use super::Told;
use super::base::SlotCount;
use super::cells::{Cell, Line, answered, cells, shown, undecided};
use super::operand::Operand;
use super::print::{people_of, seen_by, total};
use crate::analysis::diff::{Answerer, Kind, SlotDifference};
use crate::diagnostics::fingerprint::Ground;
use crate::diagnostics::render::{self, Comment};
use crate::diagnostics::report::{Checked, Finding, Place, Refused, Report, Standing};
use crate::runtime::data::BadRows;
use crate::source::Span;

/// What stands over it.
const HEADING: &str = "cater diff";
/// How many annotations of one level GitHub shows for a step.
const SHOWN: usize = 10;

/// A change of a slot.
struct Change<'t> {
    slot: &'t str,
    cell: Cell<'t>,
    count: Option<u64>,
    stops: bool,
    /// Where who answers now stands, if they stand anywhere.
    place: Option<Place>,
}

impl Change<'_> {
    /// `shows a, by rule one → shows b, by rule two`
    fn said(&self) -> String {
        let count = self.count.map(|count| format!(" ({})", people_of(count))).unwrap_or_default();
        format!("{} → {}{count}", answered(&self.cell.first.old), answered(&self.cell.first.new))
    }

    fn kinds(&self) -> String {
        self.cell.kinds().into_iter().map(Kind::word).collect::<Vec<_>>().join(", ")
    }

    /// Who they are, with somebody of them.
    fn lines(&self, told: &Told<'_>) -> Vec<String> {
        let line = |(word, line): Line| format!("{word:<8} {line}").trim_end().to_owned();
        let who = self.cell.who().into_iter().chain(self.cell.such_as(told.rules[1]));
        who.map(line).collect()
    }
}

/// A slot in which something changes.
struct Changed<'t> {
    slot: &'t SlotDifference<'t>,
    count: Option<&'t SlotCount>,
    changes: Vec<Change<'t>>,
}

/// Slots and changes, those that stop the merge first.
fn changed<'t>(told: &Told<'t>) -> Result<Vec<Changed<'t>>, CannotRun> {
    let top = Top::find()?;
    let mut all = Vec::new();
    for (at, slot) in told.found.slots.iter().enumerate() {
        let count = told.counts.and_then(|counts| counts.slots.get(at));
        let change = |cell: Cell<'t>| Change {
            slot: &slot.slot,
            count: cell.count(count),
            stops: cell.kinds().iter().any(|kind| told.stopping.contains(kind)),
            place: place(told, &top, slot, &cell.first.new.by),
            cell,
        };
        let mut changes: Vec<Change<'t>> = cells(slot).into_iter().map(change).collect();
        changes.sort_by_key(|change| !change.stops);
        let differs = count.is_some_and(|count| count.differ > 0);
        if !changes.is_empty() || !slot.open.is_empty() || differs {
            all.push(Changed { slot, count, changes });
        }
    }
    all.sort_by_key(|slot| !slot.changes.iter().any(|change| change.stops));
    Ok(all)
}

/// Where who answers now stands, in a file that the repository has.
fn place(told: &Told<'_>, top: &Top, slot: &SlotDifference<'_>, by: &Answerer) -> Option<Place> {
    let [_, new] = told.sides;
    let rules = told.rules[1];
    let slot = rules.slot_named(&slot.slot).map(|slot| &rules[slot]);
    let span: Span = match by {
        Answerer::Rule(name) => rules.rules.iter().find(|rule| rule.name == *name)?.span,
        Answerer::Fallback(at) => slot?.fallback.get(at.checked_sub(1)?)?.span,
        Answerer::SlotOff => slot?.span,
        Answerer::NoSlot => return None,
    };
    let place = Place::of(span, "", &new.loaded.sources, &|name| new.path(top, name));
    Some(place).filter(|place| !place.file.is_empty())
}

/// The comment.
pub(super) fn markdown(told: &Told<'_>) -> Result<String, CannotRun> {
    let slots = changed(told)?;
    let mut comment = Comment::new(HEADING, &total(told));
    let rows: Vec<Vec<String>> = Kind::ALL.into_iter().filter_map(|kind| row(told, kind)).collect();
    if !rows.is_empty() {
        let mut head = vec!["change", "how many"];
        head.extend(told.counts.map(|_| "decisions"));
        head.extend((!told.stopping.is_empty()).then_some("stops the merge"));
        comment.table(&head, &rows);
    }
    for Changed { slot, count, changes } in &slots {
        let seen = seen_by(*count, told.counts).map(|seen| format!(": {seen}")).unwrap_or_default();
        comment.heading(&format!("slot `{}`{seen}", slot.slot));
        for change in changes {
            let place = change.place.as_ref().map(Place::spelt).unwrap_or_default();
            comment.fold(&change.kinds(), "", &place, &change.said(), &change.lines(told));
        }
        for open in &slot.open {
            comment.fold("not decided", "", "", &undecided(open), &[]);
        }
        if let Some(count) = count.filter(|count| count.elsewhere > 0) {
            let cell = |((before, now), many): (&(_, _), &u64)| format!("{} → {}: {many}", shown(before), shown(now));
            let said = format!("{} whose decision changes stand in no region", people_of(count.elsewhere));
            comment.fold("not decided", "", "", &said, &count.cells.iter().map(cell).collect::<Vec<_>>());
        }
    }
    for (side, bad) in told.counts.into_iter().flat_map(|counts| ["old", "new"].into_iter().zip(&counts.bad)) {
        if bad.count > 0 {
            let said = format!("{} that the {side} rules cannot read", super::super::counted(many(bad.count), "row"));
            comment.fold("passed over", "", "", &said, &rows_of(bad));
        }
    }
    Ok(comment.end())
}

/// A line of the table: a kind, how many changes are of it, how many decisions that makes, and whether it stops the merge.
fn row(told: &Told<'_>, kind: Kind) -> Option<Vec<String>> {
    let (mut changes, mut decisions) = (0_usize, 0_u64);
    for (at, slot) in told.found.slots.iter().enumerate() {
        changes += cells(slot).iter().filter(|cell| cell.kinds().contains(&kind)).count();
        let count = told.counts.and_then(|counts| counts.slots.get(at));
        let of = slot.regions.iter().zip(count.iter().flat_map(|count| &count.regions));
        let of = of.filter(|(region, _)| region.is_seen() && region.kinds.contains(&kind));
        decisions += of.map(|(_, many)| many).sum::<u64>();
    }
    let mut cells = vec![kind.word().to_owned(), changes.to_string()];
    cells.extend(told.counts.map(|_| decisions.to_string()));
    let stops = if told.stopping.contains(&kind) { "yes" } else { "" };
    cells.extend((!told.stopping.is_empty()).then(|| stops.to_owned()));
    (changes > 0).then_some(cells)
}

fn many(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn rows_of(bad: &BadRows) -> Vec<String> {
    let named = bad.first.iter().map(|row| format!("{}, row {} (line {}): {}", row.file, row.row, row.line, row.why));
    let mut lines: Vec<String> = named.collect();
    let more = many(bad.count).saturating_sub(bad.first.len());
    lines.extend((more > 0).then(|| format!("and {more} more")));
    lines
}

/// Annotations, and the comment as the summary of the job.
pub(super) fn github(told: &Told<'_>, terminal: &Terminal) -> Result<(), CannotRun> {
    let slots = changed(told)?;
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for Changed { slot, count, changes } in &slots {
        for change in changes {
            let level = if change.stops { "error" } else { "notice" };
            (if change.stops { &mut first } else { &mut rest }).push(annotation(level, change, told));
        }
        // What nobody could explain is no good sign.
        let level = if told.stopping.is_empty() { "warning" } else { "error" };
        let title = format!("{HEADING}: not decided");
        let told_of = |said: String| render::command(level, &[("title", &title)], &said);
        first.extend(slot.open.iter().map(|open| told_of(format!("slot {}: {}", slot.slot, undecided(open)))));
        let elsewhere = count.map_or(0, |count| count.elsewhere);
        let said = || format!("slot {}: {} stand in no region", slot.slot, people_of(elsewhere));
        first.extend((elsewhere > 0).then(|| told_of(said())));
    }
    let mut text = first.concat();
    if first.len() > SHOWN || rest.len() > SHOWN {
        // It is a notice itself, so it stands before those that would push it out.
        let why = format!("{}; GitHub shows {SHOWN} of a kind here", total(told));
        text.push_str(&render::command("notice", &[("title", HEADING)], &why));
    }
    text.push_str(&rest.concat());
    text.push_str(&format!("{}\n", total(told).replace(['\n', '\r'], " ")));
    summarise(&markdown(told)?)?;
    terminal.deliver(&text)
}

fn annotation(level: &str, change: &Change<'_>, told: &Told<'_>) -> String {
    let title = format!("{HEADING}: {}", change.kinds());
    let spots = change.place.as_ref().map(|place| {
        let numbers = [place.start.line, place.end.line, place.start.column, place.end.column];
        (place.file.as_str(), place.start.line == place.end.line, numbers.map(|number| number.to_string()))
    });
    let mut properties: Vec<(&str, &str)> = Vec::new();
    if let Some((file, in_one_line, [line, end, column, end_column])) = &spots {
        properties.extend([("file", *file), ("line", line), ("endLine", end)]);
        // Columns are shown for places in one line, and refused for others.
        if *in_one_line {
            properties.extend([("col", column.as_str()), ("endColumn", end_column)]);
        }
    }
    properties.push(("title", &title));
    let said = format!("slot {}: {}", change.slot, change.said());
    let text = std::iter::once(said).chain(change.lines(told)).collect::<Vec<_>>().join("\n");
    render::command(level, &properties, &text)
}

/// Says what is in error in the new rules, as `cater check` does.
pub(super) fn in_error(new: &Operand, terminal: &Terminal) -> Result<(), CannotRun> {
    let top = Top::find()?;
    let (errors, sources) = (new.errors(), &new.loaded.sources);
    let path = |name: &str| new.path(&top, name);
    let prints = Ground { sources, landmarks: &[], path: &path }.fingerprints(&errors);
    let finding =
        |(error, print)| Finding { fails: true, ..Finding::of(error, print, Standing::Shown, sources, &path) };
    let findings = errors.iter().zip(prints).map(finding).collect();
    let mut report = Report::default();
    report.add(Checked { name: new.name.clone(), findings });
    deliver(&report, terminal, || new.tell_errors(terminal))
}

/// Says that nothing could be compared where whoever reads the comment or the summary sees it, too.
pub(super) fn refused(why: &CannotRun, terminal: &Terminal) -> Result<(), CannotRun> {
    let one = |why: &CannotRun| Refused { code: why.code, message: why.message.clone(), help: why.help.clone() };
    let report = Report { refused: why.all().map(one).collect(), ..Report::default() };
    deliver(&report, terminal, || {})
}

/// Writes a report for those that read reports; for others, as they are told.
fn deliver(report: &Report, terminal: &Terminal, others: impl FnOnce()) -> Result<(), CannotRun> {
    match terminal.manner.format.spelling() {
        Spelling::Markdown => terminal.deliver(&render::markdown_under(HEADING, report)),
        Spelling::Github => {
            summarise(&render::markdown_under(HEADING, report))?;
            terminal.deliver(&render::github(report))
        }
        Spelling::Human | Spelling::Plain | Spelling::Json | Spelling::Sarif | Spelling::Gitlab | Spelling::Junit => {
            others();
            Ok(())
        }
    }
}
