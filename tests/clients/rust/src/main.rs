//! Asks a service of cater by OpenFeature's client for Rust; prints what it makes of the answers.
//!
//! `flags BASE_URL [TOKEN]`

use open_feature::{Client, EvaluationContext, EvaluationError, EvaluationOptions, OpenFeature};
use open_feature_ofrep::{OfrepOptions, OfrepProvider};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};

fn failed(error: EvaluationError) -> Value {
    json!({ "errorCode": format!("{:?}", error.code) })
}

async fn text(client: &Client, flag: &str, context: &EvaluationContext) -> Value {
    match client.get_string_details(flag, Some(context), None::<&EvaluationOptions>).await {
        Ok(details) => json!({ "value": details.value, "variant": details.variant }),
        Err(error) => failed(error),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let base_url = arguments.next().ok_or("no service is named")?;
    let mut headers = HeaderMap::new();
    if let Some(token) = arguments.next() {
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse()?);
    }
    let provider = OfrepProvider::new(OfrepOptions { base_url, headers, ..OfrepOptions::default() }).await;
    OpenFeature::singleton_mut().await.set_provider(provider.map_err(|why| format!("{why:?}"))?).await;
    let client = OpenFeature::singleton().await.create_client();
    let of = |key: &str| EvaluationContext::default().with_targeting_key(key);
    let ada = of("ada").with_custom_field("age", 40).with_custom_field("consent.tips", "granted");
    let said = json!({
        "first": text(&client, "home", &ada).await,
        "again": text(&client, "home", &ada).await,
        "nothing": text(&client, "bar", &of("kim").with_custom_field("age", 3)).await,
        "number": match client.get_int_details("till", Some(&ada), None::<&EvaluationOptions>).await {
            Ok(details) => json!({ "value": details.value }),
            Err(error) => failed(error),
        },
        "unknown": text(&client, "nowhere", &ada).await,
        "nobody": text(&client, "home", &EvaluationContext::default()).await,
        "misfit": text(&client, "home", &of("ada").with_custom_field("age", "old")).await,
    });
    println!("{said}");
    Ok(())
}
