//! One customer: from the world's base by key, or as JSON from a file or standard input, with the consent and history
//! that the world knows of them.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::terminal::Terminal;
use super::worlds::World;
use super::{CannotRun, decide, settings, tables, worlds};
use crate::diagnostics::{codes, nearest, render};
use crate::frame::Facts;
use crate::model::{RuleSet, SlotId, Verified};
use crate::runtime::clock::{Clock, SystemClock};
use crate::runtime::data::{
    BadRows, ConsentIndex, Customers, CustomersFile, EventIndex, JsonCustomer, MissingCells, NextRow, Others,
    World as Config, key_form, key_of,
};
use crate::runtime::past::{Stored, remember};
use crate::runtime::store::StateStore;
use crate::value::Instant;

/// The largest JSON of a customer, in bytes.
const MAX_JSON: u64 = 16 * 1024 * 1024;

/// When decisions are made: as asked, else as the environment or the world says, else now.
pub(super) fn now(asked: Option<Instant>, config: Option<&Config>) -> Result<Instant, CannotRun> {
    Ok(settings::NOW.choose(asked, config)?.value.unwrap_or_else(|| SystemClock.now()))
}

/// The instant of an argument.
pub(super) fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| "an instant is written 2026-06-15T10:00Z".to_owned())
}

/// The slots asked for: by name, else as the world says, else all by name.
pub(super) fn slots(rules: &Verified, asked: &[String], config: Option<&Config>) -> Result<Vec<SlotId>, CannotRun> {
    if asked.is_empty() {
        return match config {
            Some(config) => Ok(config.slots(rules)?),
            None => Ok((0..rules.slots.len()).map(SlotId::from_index).collect()),
        };
    }
    let mut slots = Vec::new();
    for name in asked {
        let slot = rules.slot_named(name).ok_or_else(|| super::list::no_slot(rules, name))?;
        if slots.contains(&slot) {
            let message = format!("slot `{name}` is asked for twice, and a page fills it once");
            return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, message).help("name each slot once"));
        }
        slots.push(slot);
    }
    Ok(slots)
}

/// What the world knows of people beside their rows.
pub(super) struct Known {
    /// The moment, and nothing of anybody.
    pub(super) nobody: Facts,
    pub(super) consent: ConsentIndex,
    pub(super) events: EventIndex,
    /// What is odd about those files as a whole; it has been said to people.
    odd: Vec<CannotRun>,
}

/// Files given instead of the world's.
#[derive(Clone, Copy, Default)]
pub(super) struct Files<'a> {
    pub(super) consent: Option<&'a Path>,
    pub(super) events: Option<&'a Path>,
    pub(super) customers: &'a [PathBuf],
    pub(super) delimiter: Option<u8>,
}

impl Known {
    pub(super) fn open(
        rules: &Verified,
        world: &World,
        now: Instant,
        files: Files<'_>,
        terminal: &Terminal,
    ) -> Result<Self, CannotRun> {
        let config = world.config.as_ref();
        let nobody = match config {
            Some(config) => config.facts(rules, now)?,
            None => Facts::nothing(rules, now),
        };
        let consent = match files.consent.or_else(|| config.and_then(|config| config.consent.as_deref())) {
            Some(path) => ConsentIndex::open(rules, path)?,
            None => ConsentIndex::default(),
        };
        let events = match files.events.or_else(|| config.and_then(|config| config.events.as_deref())) {
            Some(path) => EventIndex::open(rules, path)?,
            None => EventIndex::default(),
        };
        let mut known = Self { nobody, consent, events, odd: Vec::new() };
        if known.events.wants_places(rules) {
            known.place(rules, world, files)?;
        }
        let found = known.consent.findings(rules).into_iter().chain(known.events.findings(rules));
        known.odd = found.map(CannotRun::from).collect();
        known.odd.iter().for_each(|odd| terminal.warn(odd));
        Ok(known)
    }

    /// Reads who belongs together from the tables asked for, which have to be sound, and from the world's.
    fn place(&mut self, rules: &Verified, world: &World, files: Files<'_>) -> Result<(), CannotRun> {
        let asked = match files.customers {
            [] => Vec::new(),
            [_, ..] => tables::files(world, rules, files.customers, files.delimiter)?,
        };
        let own = tables::files(world, rules, &[], None).unwrap_or_default();
        let is_asked = |table: &CustomersFile| asked.iter().any(|asked| worlds::same(&asked.path, &table.path));
        let own: Vec<_> = own.iter().filter(|table| !is_asked(table)).collect();
        for (table, is_asked) in
            asked.iter().map(|table| (table, true)).chain(own.into_iter().map(|table| (table, false)))
        {
            // What can be read only once is read for its customers; whose household stands in it alone is then not known,
            // and that is said.
            if !table.path.metadata().is_ok_and(|file| file.is_file()) {
                continue;
            }
            let read = Customers::open(rules, table)
                .and_then(|mut customers| self.events.place(rules, &mut customers, &self.nobody, Some(&self.consent)));
            match read {
                Err(error) if is_asked => return Err(error.into()),
                Err(_) | Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Adds what happened to others, and what a memory holds, to the facts of a customer who has been told of.
    pub(super) fn remember(
        &self,
        rules: &RuleSet,
        facts: &mut Facts,
        store: Option<&dyn StateStore>,
    ) -> Result<(), CannotRun> {
        self.tell_of_others(rules, facts);
        Ok(remember(rules, facts, &mut Stored { rules, store, told: Some(self.events.told()) })?)
    }

    /// Adds what happened to whoever is counted together with the customer.
    pub(super) fn tell_of_others(&self, rules: &RuleSet, facts: &mut Facts) {
        Others::new(rules, &self.events, facts.now).tell(facts);
    }

    /// Adds consent and history of the customer with that key.
    pub(super) fn tell(&self, key: &str, facts: &mut Facts) {
        self.consent.tell(key, facts);
        self.events.tell(key, facts);
    }

    /// Whether every name in those files is one of the rules.
    pub(super) fn knows_all_names(&self) -> bool {
        self.consent.unknown_purposes.is_empty() && self.events.knows_all_names()
    }

    /// What those files, and the text that told of a customer, say of them that could not be used as it stands.
    pub(super) fn doubts_of(&self, rules: &RuleSet, customer: &Found) -> Doubts<'_> {
        let key = key_of(rules, &customer.facts);
        let consent = key.and_then(|key| self.consent.notes(key));
        let said = customer.doubtful.clone();
        Doubts { consent, events: key.and_then(|key| self.events.notes(key)), said }
    }

    /// What is odd about those files, for machines.
    pub(super) fn findings(&self) -> Vec<serde_json::Value> {
        let one = |odd: &CannotRun| render::json_without_place(odd.code, &odd.message, odd.help.as_deref());
        self.odd.iter().map(one).collect()
    }
}

/// Rows about one customer that could not be used as they stood: what was decided may hang on them.
pub(super) struct Doubts<'a> {
    consent: Option<&'a BadRows>,
    events: Option<&'a BadRows>,
    /// What no row of a file says.
    said: Vec<String>,
}

/// How many of them are shown to people.
const SHOWN: usize = 10;

impl Doubts<'_> {
    pub(super) fn say(&self, terminal: &Terminal) {
        for (of, rows) in [("consent", self.consent), ("events", self.events)] {
            if let Some(rows) = rows {
                terminal.line("");
                decide::bad_rows(&format!("of {of} about this customer not used as it stands"), rows, terminal);
            }
        }
        if !self.said.is_empty() {
            terminal.line(terminal.styled("33", "\nwhat the customer's JSON names and the rules do not have"));
        }
        self.said.iter().take(SHOWN).for_each(|why| terminal.line(format!("  {why}")));
        if let Some(more) = self.said.len().checked_sub(SHOWN + 1) {
            terminal.line(format!("  and {} more", more + 1));
        }
    }

    /// Adds them to what machines read, where there are any.
    pub(super) fn add_to(&self, object: &mut serde_json::Value) {
        let Some(fields) = object.as_object_mut() else { return };
        for (key, rows) in [("doubtful_consent_rows", self.consent), ("doubtful_event_rows", self.events)] {
            if let Some(rows) = rows {
                fields.insert(key.to_owned(), decide::machine_rows(rows));
            }
        }
        if !self.said.is_empty() {
            fields.insert("doubtful_facts".to_owned(), serde_json::json!(self.said));
        }
    }
}

/// One customer, and what the text that told of them names and the rules do not have.
pub(super) struct Found {
    pub(super) facts: Facts,
    pub(super) doubtful: Vec<String>,
}

/// The facts of one customer: a key of the tables named, else of the world's base; a `.json` file; or `-` for JSON on
/// standard input.
pub(super) fn facts(
    world: &World,
    rules: &Verified,
    who: &str,
    customers: &[PathBuf],
    delimiter: Option<u8>,
    known: &Known,
) -> Result<Found, CannotRun> {
    if who == "-" || who.ends_with(".json") {
        return from_json(rules, &json_text(who)?, known);
    }
    if world.config.is_none() && customers.is_empty() {
        let message = format!("`{}` has no customers to look `{who}` up in", world.root.display());
        return Err(CannotRun::new(&codes::run::NO_CUSTOMERS, message)
            .help("name a JSON file of one customer, or a folder whose cater.toml names customers"));
    }
    // In the form in which the tables' keys are compared: letters look alike and blanks at an end are no part of it.
    let who = key_form(who);
    let who = who.as_ref();
    let mut near: Vec<String> = Vec::new();
    for table in tables::files(world, rules, customers, delimiter)? {
        let mut customers = Customers::open(rules, &table)?;
        let decoder = customers.decoder();
        while let Some(next) = customers.next_row()? {
            let NextRow::Row(row) = next else { continue };
            let Some(key) = row.key.as_deref() else { continue };
            if key != who {
                let names = [key].into_iter().filter(|key| is_a_name(key) && is_a_name(who));
                near.extend(nearest(who, names).map(str::to_owned));
                continue;
            }
            let mut facts = decoder.customer(&row, &known.nobody, &mut MissingCells::default());
            known.tell(who, &mut facts);
            return Ok(Found { facts, doubtful: Vec::new() });
        }
    }
    let place = match customers {
        [] => world.root.display().to_string(),
        [_, ..] => customers.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
    };
    let refused = CannotRun::new(&codes::run::NO_SUCH_CUSTOMER, format!("no customer `{who}` in {place}"));
    if let Some(meant) = nearest(who, near.iter().map(String::as_str)) {
        return Err(refused.help(format!("did you mean `{meant}`?")));
    }
    let key =
        rules.key().map_or_else(|| "the key".to_owned(), |key| format!("the key, which is `{}`", rules[key].name));
    Err(refused.help(if Path::new(who).exists() {
        "a customer's file ends in .json".to_owned()
    } else {
        format!("check {key}, or name a JSON file of one customer")
    }))
}

/// Whether a key is a name that can be mistyped. A number that is one digit off is simply somebody else's, and so is a
/// letter.
fn is_a_name(key: &str) -> bool {
    !key.contains(|letter: char| letter.is_ascii_digit()) && key.chars().nth(2).is_some()
}

fn from_json(rules: &Verified, text: &str, known: &Known) -> Result<Found, CannotRun> {
    // Read twice: the first time only says who it is, so that what the text says itself wins over what is known.
    let first = JsonCustomer::read(rules, text, known.nobody.clone())?;
    let mut facts = known.nobody.clone();
    if let Some(key) = key_of(rules, &first.facts) {
        known.tell(key, &mut facts);
    }
    let JsonCustomer { facts, doubtful } = JsonCustomer::read(rules, text, facts)?;
    Ok(Found { facts, doubtful })
}

fn json_text(who: &str) -> Result<String, CannotRun> {
    let name = if who == "-" { "standard input" } else { who };
    let cannot = |error: std::io::Error| CannotRun::unreadable(Path::new(name), &error);
    let mut text = String::new();
    let read = if who == "-" {
        std::io::stdin().lock().take(MAX_JSON + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(who).map_err(cannot)?.take(MAX_JSON + 1).read_to_string(&mut text)
    };
    let length = read.map_err(cannot)?;
    if length as u64 > MAX_JSON {
        let message = format!("{name}: more than {} MiB", MAX_JSON >> 20);
        return Err(CannotRun::new(&codes::run::UNREADABLE_FILE, message)
            .help("this is one customer; for a base, `cater decide FOLDER --customers FILE`"));
    }
    Ok(text)
}
