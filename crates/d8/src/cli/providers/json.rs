//! The catalogue for programs. Prices are texts, in dollars for a million tokens: no float ever holds money.

use serde_json::{Value, json};

use crate::catalogue::{Provider, Tier, price, said};
use crate::config::limit::rule::dimension_name;
use crate::config::limit::table::WrittenLimit;
use crate::words::language::Language;

/// `{"providers": [...]}`.
pub(super) fn providers(providers: &[&Provider], tier: Option<&str>) -> String {
    let wanted = providers
        .iter()
        .filter(|provider| tier.is_none_or(|name| provider.tier(name).is_some()));
    let all: Vec<Value> = wanted.map(|one| provider(one, tier)).collect();
    json!({ "providers": all }).to_string()
}

fn provider(of: &Provider, only: Option<&str>) -> Value {
    let models: Vec<Value> = of
        .models
        .iter()
        .map(|model| {
            json!({
                "id": model.id,
                "base": model.base,
                "price": model.price.map(|price| json!({
                    "input": price::per_million(price.input),
                    "output": price::per_million(price.output),
                })),
                "date": model.provenance.date,
                "source": model.provenance.source,
            })
        })
        .collect();
    let tiers = of.tiers.iter().filter(|tier| only.is_none_or(|name| tier.name == name));
    json!({
        "id": of.id,
        "title": of.title,
        "wire": of.wire.map(|_| super::list::wire(of)),
        "base_url": of.base_url(),
        "key_env": of.key_env,
        "base_url_env": of.base_url_env,
        "keys_at": of.keys_at,
        "local": of.local,
        "concurrency": of.concurrency,
        "date": of.provenance.date,
        "source": of.provenance.source,
        "models": models,
        "tiers": tiers.map(tier).collect::<Vec<_>>(),
    })
}

fn tier(of: &Tier) -> Value {
    json!({
        "name": of.name,
        "free": of.free,
        "past": of.past,
        "models": of.models,
        "limits": of.limits.iter().map(limit).collect::<Vec<_>>(),
        "date": of.provenance.date,
        "source": of.provenance.source,
    })
}

fn limit(of: &WrittenLimit) -> Value {
    json!({
        "dimension": dimension_name(of.terms.dimension),
        "limit": of.terms.amount,
        "per": of.terms.period.name(Language::English),
        "kind": said::kind(&of.terms),
        "resets": said::resets(&of.terms, Language::English),
        "models": of.patterns().0,
        "shared": of.is_shared(),
    })
}
