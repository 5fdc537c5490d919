//! The telco world as it ships: its rules, and every customer as a frame and as JSON text.

use std::path::{Path, PathBuf};

use cater::compile::compile;
use cater::frame::{Fact, Facts, Frame, gather};
use cater::model::{RuleSet, Scope, Verified};
use cater::runtime::data::{ConsentIndex, Customers, EventIndex, MissingCells, NextRow, World};
use cater::source::SourceSet;
use cater::value::{Type, Value, show_date, show_instant, show_number};

/// A rule set and its customers.
pub(crate) struct Base {
    pub(crate) rules: Verified,
    pub(crate) frames: Vec<Frame>,
    /// What a service would be sent about each customer.
    pub(crate) texts: Vec<String>,
    /// What is known of each besides: consent, history, the moment.
    pub(crate) facts: Vec<Facts>,
    /// What is known of everybody: the moment.
    pub(crate) known: Facts,
}

/// Where the world lies.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples/telco-retention")
}

/// The rules of a folder.
pub(crate) fn rules(folder: &Path) -> Result<Verified, String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|why| why.to_string())?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rules"))
        .collect();
    files.sort();
    let mut sources = SourceSet::default();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|why| why.to_string())?;
        sources.add(path.file_name().unwrap_or_default().to_string_lossy(), text);
    }
    let compiled = compile(sources);
    compiled.runnable().cloned().ok_or_else(|| format!("{:#?}", compiled.diagnostics))
}

/// The world with all its customers.
pub(crate) fn open(folder: &Path) -> Result<Base, String> {
    let text = |error: cater::runtime::data::DataError| error.to_string();
    let rules = rules(folder)?;
    let world = World::open(&folder.join(World::FILE)).map_err(text)?;
    let now = world.now.ok_or("the world has no `now`")?;
    let known = world.facts(&rules, now).map_err(text)?;
    let consent = world.consent.as_deref().map(|path| ConsentIndex::open(&rules, path)).transpose().map_err(text)?;
    let events = world.events.as_deref().map(|path| EventIndex::open(&rules, path)).transpose().map_err(text)?;
    let mut base =
        Base { rules: rules.clone(), frames: Vec::new(), texts: Vec::new(), facts: Vec::new(), known: known.clone() };
    for file in &world.customers {
        let file = file.file(&rules).map_err(text)?;
        let mut customers = Customers::open(&rules, &file).map_err(text)?;
        let decoder = customers.decoder();
        let mut missing = MissingCells::default();
        while let Some(row) = customers.next_row().map_err(text)? {
            let NextRow::Row(row) = row else { continue };
            let mut facts = known.clone();
            facts.attributes = decoder.facts(&row, &known.attributes, &mut missing);
            if let Some(key) = &row.key {
                if let Some(consent) = &consent {
                    consent.tell(key, &mut facts);
                }
                if let Some(events) = &events {
                    events.tell(key, &mut facts);
                }
            }
            base.frames.push(gather(&rules, &facts));
            base.texts.push(as_json(&rules, &facts));
            base.facts.push(facts);
        }
    }
    Ok(base)
}

/// The attributes of a customer as a service would be sent them.
fn as_json(rules: &RuleSet, facts: &Facts) -> String {
    let mut object = serde_json::Map::new();
    for (attribute, fact) in rules.attributes.iter().zip(&facts.attributes) {
        let Fact::Known(value, _) = fact else { continue };
        if attribute.scope == Scope::Moment || attribute.never_used {
            continue;
        }
        let scale = attribute.ty.number().map_or(0, |number| number.scale);
        let json = match value {
            Value::YesNo(yes) => (*yes).into(),
            Value::Number(mantissa) => {
                serde_json::from_str(&show_number(*mantissa, scale)).unwrap_or(serde_json::Value::Null)
            }
            Value::Text(text) => text.to_string().into(),
            Value::Member(member) => {
                let Type::OneOf(list) = attribute.ty else { continue };
                rules.members(list)[usize::from(*member)].clone().into()
            }
            Value::Set(elements) => elements.iter().map(|element| element.to_string()).collect(),
            Value::Time(at) => show_instant(*at).into(),
            Value::Date(day) => show_date(*day).into(),
            Value::Never => "never".into(),
        };
        object.insert(attribute.name.clone(), json);
    }
    serde_json::Value::Object(object).to_string()
}
