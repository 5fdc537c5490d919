//! The smallest service there is: a bundle, one customer, one answer and its reason.
//!
//! `light BUNDLE CUSTOMER.json SLOT NOW`

use std::error::Error;

use cater::frame::Outcome;
use cater::runtime::Engine;
use cater::runtime::data::customer_from_json;
use cater::value::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, customer, slot, now] = arguments.as_slice() else {
        return Err("light BUNDLE CUSTOMER.json SLOT NOW".into());
    };
    let engine = Engine::load(&std::fs::read(bundle)?).map_err(|error| format!("{}: {error}", error.code().name))?;
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
