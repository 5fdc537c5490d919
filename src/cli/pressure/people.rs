//! The figures for people: a table, how it comes to that, what nothing limits, what is exempt, on what it all rests.

use super::super::terminal::Terminal;
use super::{Asked, words};
use crate::analysis::pressure::{Figures, Gap, Holds, Pressure, Rolling, Scope, Step};
use crate::model::show::{show_called, show_target, show_unit};
use crate::model::{CapId, RuleSet};
use crate::source::{SourceSet, Span};
use crate::value::show_instant;

/// So many lines of a schedule are shown where nobody asks for one.
const SHORT: usize = 5;

/// Writes everything down.
pub(super) fn print(rules: &RuleSet, found: &Pressure, asked: &[Asked], sources: &SourceSet, terminal: &Terminal) {
    let to = To { rules, sources, terminal };
    let (places, messages): (Vec<&Figures>, Vec<&Figures>) =
        found.figures.iter().partition(|figures| matches!(figures.scope, Scope::Places(_)));
    if !messages.is_empty() {
        to.table("messages that one customer receives at most, in any", &messages);
        to.schedules(&messages, asked);
        to.gaps(&messages);
    }
    to.unlimited(&messages);
    if !places.is_empty() {
        to.table("shown on places at most, which is no message, in any", &places);
        terminal.line("");
    }
    to.loose(found);
    to.exempt(found);
    to.holds(found);
}

struct To<'t> {
    rules: &'t RuleSet,
    sources: &'t SourceSet,
    terminal: &'t Terminal,
}

impl To<'_> {
    fn heading(&self, text: &str) {
        self.terminal.line(self.terminal.styled("1", text));
    }

    fn table(&self, heading: &str, all: &[&Figures]) {
        let mut rows: Vec<[String; 4]> = Vec::new();
        for figures in all {
            let numbers = Rolling::ALL.map(|stretch| words::number(figures.of(stretch)));
            let name = words::scope(self.rules, figures.scope);
            if figures.unlimited.is_empty() {
                let [day, week, month] = numbers;
                rows.push([name, day, week, month]);
                continue;
            }
            let any = || "any number".to_owned();
            rows.push([name, any(), any(), any()]);
            if figures.has_limited {
                let [day, week, month] = numbers;
                rows.push(["  but for what has no limit".to_owned(), day, week, month]);
            }
        }
        let [day, week, month] = Rolling::ALL.map(|stretch| words::stretch(stretch).to_owned());
        let head = [String::new(), day, week, month];
        let widths: Vec<usize> = (0..4)
            .map(|at| rows.iter().chain([&head]).filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max())
            .map(Option::unwrap_or_default)
            .collect();
        self.heading(heading);
        for [name, day, week, month] in std::iter::once(head).chain(rows) {
            let [first, rest @ ..] = widths.as_slice() else { return };
            let mut line = format!("  {name:first$}");
            for (cell, width) in [day, week, month].iter().zip(rest) {
                line.push_str(&format!("  {cell:>width$}"));
            }
            self.terminal.line(line.trim_end());
        }
    }

    /// The schedules that are asked for, whole; else the beginning of one.
    fn schedules(&self, all: &[&Figures], asked: &[Asked]) {
        for (scope, stretch) in asked {
            match all.iter().find(|figures| figures.scope == *scope) {
                Some(figures) => self.schedule(figures, *stretch, usize::MAX),
                None => self.terminal.line(format!("\nnothing comes {}", words::scope(self.rules, *scope))),
            }
        }
        let is_told = |figures: &&&Figures| !figures.of(Rolling::Week).schedule.is_empty();
        if let Some(figures) = all.iter().find(is_told).filter(|_| asked.is_empty()) {
            self.schedule(figures, Rolling::Week, SHORT);
        }
        self.terminal.line("");
    }

    fn schedule(&self, figures: &Figures, stretch: Rolling, most: usize) {
        let (figure, scope) = (figures.of(stretch), words::scope(self.rules, figures.scope));
        let within = words::stretch(stretch);
        match &figure.gap {
            _ if figure.at_most == 0 => {
                self.terminal.line(format!("\nnothing that is limited comes {scope} in {within}"));
                return;
            }
            Some(Gap::TooLong) => {
                self.terminal.line(format!(
                    "\n{} {scope} in {within}: {}",
                    figure.at_most,
                    words::gap(self.rules, &Gap::TooLong)
                ));
                return;
            }
            Some(Gap::Nobody(_) | Gap::NoPlan | Gap::NotDecided) | None => {}
        }
        let but = if figures.unlimited.is_empty() { "" } else { ", besides what has no limit" };
        self.terminal.line("");
        self.heading(&format!("how {} come {scope} within {within}{but}", figure.at_least));
        let rows = rows(&figure.schedule);
        for (times, step) in rows.iter().take(most) {
            let by = words::bringer(self.rules, step.cell.by, step.cell.slot);
            let offer = &self.rules[step.cell.offer].name;
            let channel = step.cell.channel.map_or("", |channel| self.rules[channel].name.as_str());
            let first = if figures.scope.has(&step.cell) { "" } else { ", which comes first" };
            let times = if *times == 1 { String::new() } else { format!(", {times} times") };
            self.terminal.line(format!("  {}  {offer} by {channel}, by {by}{times}{first}", show_instant(step.at)));
        }
        let more = rows.len().saturating_sub(most);
        if more > 0 {
            let name = words::scopes(self.rules).into_iter().find(|(_, scope)| *scope == figures.scope);
            let name = name.map(|(name, _)| name).unwrap_or_default();
            self.terminal.line(format!("  and so on; `--how {name}.{}` shows all", stretch.word()));
        }
    }

    /// Why bounds are not reached.
    fn gaps(&self, all: &[&Figures]) {
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        for figures in all {
            for stretch in Rolling::ALL {
                let Some(gap) = &figures.of(stretch).gap else { continue };
                let why = words::gap(self.rules, gap);
                let what = format!("{} in {}", words::scope(self.rules, figures.scope), words::stretch(stretch));
                match told.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, of)) => of.push(what),
                    None => told.push((why, vec![what])),
                }
            }
        }
        if told.is_empty() {
            return;
        }
        self.heading("where no schedule reaches the bound");
        for (why, of) in told {
            self.terminal.line(format!("  {}: {why}", of.join(", ")));
        }
        self.terminal.line("");
    }

    fn unlimited(&self, all: &[&Figures]) {
        let Some(total) = all.iter().find(|figures| figures.scope == Scope::Total) else { return };
        let all = words::bringers(&total.unlimited);
        if all.is_empty() {
            return;
        }
        self.heading("sent without a limit");
        for (by, slot) in all {
            let cells: Vec<_> = total.unlimited.iter().filter(|cell| cell.by == by && cell.slot == slot).collect();
            let Some(first) = cells.first() else { continue };
            let channels: Vec<&str> =
                cells.iter().filter_map(|cell| cell.channel).map(|channel| self.rules[channel].name.as_str()).collect();
            let what = words::bringer(self.rules, by, slot);
            let (offer, class) = (&self.rules[first.offer].name, first.class.word());
            self.terminal.line(format!(
                "  {what} sends {offer} ({class}) by {}{}",
                channels.join(", "),
                self.place(words::place(self.rules, by, slot))
            ));
            self.help(&words::mend(self.rules, first));
        }
        self.terminal.line("");
    }

    fn loose(&self, found: &Pressure) {
        if found.loose.is_empty() {
            return;
        }
        self.heading("caps that do not limit what is sent");
        for (cap, why) in &found.loose {
            let [why, help] = words::loose(self.rules, *cap, why);
            let place = self.place(self.rules[*cap].span);
            self.terminal.line(format!("  {} {why}{place}", show_called(&self.rules[*cap])));
            self.help(&help);
        }
        self.terminal.line("");
    }

    fn exempt(&self, found: &Pressure) {
        if found.exempt.is_empty() {
            return;
        }
        self.heading("exemptions narrower than a class");
        for exempt in &found.exempt {
            self.terminal.line(format!(
                "  {}: {} {}{}",
                show_called(&self.rules[exempt.cap]),
                exempt.lifted.word(),
                show_target(self.rules, &exempt.target),
                self.place(self.rules[exempt.cap].span)
            ));
        }
        self.terminal.line("");
    }

    fn holds(&self, found: &Pressure) {
        self.heading("this holds as long as");
        for line in holds(self.rules, found) {
            self.terminal.line(format!("  {line}"));
        }
    }

    fn help(&self, help: &str) {
        self.terminal.line(format!("    help: {help}"));
    }

    /// `, shop.rules:12`
    fn place(&self, span: Span) -> String {
        let Some(source) = self.sources.get(span.source) else { return String::new() };
        format!(", {}:{}", source.name, source.place(span.start).line)
    }
}

/// On what the figures rest, a line each.
pub(super) fn holds(rules: &RuleSet, found: &Pressure) -> Vec<String> {
    let list = |caps: &[CapId]| caps.iter().map(|cap| show_called(&rules[*cap])).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        "it is somebody whose key is known: of all others nobody knows what they received".to_owned(),
        "what is decided goes out at once and is confirmed before its reservation ends".to_owned(),
    ];
    lines.extend(found.holds.iter().map(|holds| match holds {
        Holds::StoreAnswers(caps) => format!("the store of events answers: else {} let it pass", list(caps)),
        Holds::SameUnit(caps) => {
            let mut units: Vec<&str> = caps.iter().map(|cap| show_unit(rules, rules[*cap].unit)).collect();
            units.dedup();
            format!("their `{}` stays the same, by which {} counts", units.join("`, `"), list(caps))
        }
        Holds::SameClocks(caps) => format!("they do not move to another zone, in which {} is read", list(caps)),
    }));
    lines
}

/// Steps of the same kind at the same instant, one after the other, are one row.
fn rows(steps: &[Step]) -> Vec<(usize, &Step)> {
    let mut rows: Vec<(usize, &Step)> = Vec::new();
    for step in steps {
        match rows.last_mut() {
            Some((times, last)) if last.at == step.at && last.cell == step.cell => *times += 1,
            Some(_) | None => rows.push((1, step)),
        }
    }
    rows
}
