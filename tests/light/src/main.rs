//! The smallest service there is: a bundle, one customer, one answer and its reason.
//!
//! `light BUNDLE CUSTOMER.json SLOT NOW [KEY.pub RECORD]`: with a key the bundle must be signed with it, and be no older one
//! than the record knows.

use std::error::Error;

use cater::bundle::{PublicKey, SIGNATURE_SUFFIX, SignatureError, Trust};
use cater::frame::Outcome;
use cater::runtime::data::customer_from_json;
use cater::runtime::{Engine, LoadError, Record, RecordError};
use cater::value::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let ([bundle, customer, slot, now], trusting) =
        arguments.split_first_chunk().ok_or("BUNDLE CUSTOMER.json SLOT NOW")?;
    let engine = match trusting {
        [key, record] => trusted(bundle, key, record)?,
        [] => Engine::load(&std::fs::read(bundle)?).map_err(coded)?,
        _ => return Err("a key comes with a record".into()),
    };
    let slot_id = engine.slot(slot).ok_or("the bundle has no such slot")?;
    let now = Instant::parse(now).ok_or("NOW is no time")?;
    let facts = customer_from_json(engine.rules(), &std::fs::read_to_string(customer)?, engine.nothing_known(now))?;
    let frame = engine.gather(&facts);
    let shows = match engine.decide(&frame, slot_id).outcome {
        Outcome::Shows(offer) => engine.rules()[offer].name.as_str(),
        Outcome::Sends { .. } | Outcome::Holds { .. } | Outcome::Nothing => "nothing",
    };
    println!("{slot} shows {shows}, found by {}", engine.how());
    for line in engine.explain(&frame, slot_id).map(|why| why.to_text()).unwrap_or_default() {
        println!("{line}");
    }
    Ok(())
}

/// An engine of a bundle that the key has signed, and that no later one came before.
fn trusted(bundle: &str, key: &str, record: &str) -> Result<Engine, Box<dyn Error>> {
    let refused = |error: SignatureError| format!("{}: {error}", error.code().name);
    let trust = Trust::of(vec![PublicKey::parse(&std::fs::read_to_string(key)?).map_err(refused)?]);
    let signature = std::fs::read_to_string(format!("{bundle}{SIGNATURE_SUFFIX}")).ok();
    let engine = Engine::load_trusted(&std::fs::read(bundle)?, signature.as_deref(), &trust).map_err(coded)?;
    let signed = engine.origin().and_then(|origin| origin.signed).ok_or("nobody is trusted")?;
    Record::at(record).accept(&signed).map_err(|error| match error {
        RecordError::Refused(error) => refused(error),
        other => other.to_string(),
    })?;
    Ok(engine)
}

fn coded(error: LoadError) -> String {
    format!("{}: {error}", error.code().name)
}
