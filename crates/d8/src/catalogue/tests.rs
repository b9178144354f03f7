//! The built-in data is complete, and says what the sources say.
#![allow(clippy::unwrap_used)]

use d8_core::limit::Dimension;

use super::*;
use crate::config::limit::rule::Kind;

fn provider(id: &str) -> &'static Provider {
    Catalogue::builtin().provider(id).unwrap()
}

#[test]
fn every_entry_says_when_and_where_it_was_read() {
    for provider in &Catalogue::builtin().providers {
        let models = provider.models.iter().map(|model| (&model.id, &model.provenance));
        let tiers = provider.tiers.iter().map(|tier| (&tier.name, &tier.provenance));
        for (name, provenance) in models.chain(tiers).chain([(&provider.id, &provider.provenance)]) {
            let date = provenance.date.as_deref().map(str::parse::<jiff::civil::Date>);
            assert!(
                matches!(date, Some(Ok(_))),
                "{} {name}: date {:?}",
                provider.id,
                provenance.date
            );
            assert!(provenance.source.len() > 5, "{} {name}: no source", provider.id);
        }
    }
}

#[test]
fn a_file_without_date_or_source_is_refused() {
    let provider = "[[provider]]\nid = \"x\"\ndate = 2026-11-23\nsource = \"a page\"\n";
    let model = "models = [{ id = \"m\", date = 2026-11-23, source = \"a page\" }]\n";
    let tier = "[[provider.tier]]\nname = \"t\"\ndate = 2026-11-23\nsource = \"a page\"\n";
    let whole = format!("{provider}{model}{tier}");
    assert!(entry::read(&whole).is_ok());
    for part in [provider, model, tier] {
        for (key, written) in [("date", "date = 2026-11-23"), ("source", "source = \"a page\"")] {
            let without = part
                .replace(&format!(", {written}"), "")
                .replace(&format!("{written}\n"), "");
            let error = entry::read(&whole.replace(part, &without)).unwrap_err();
            assert_eq!(error.message(), format!("`{key}` is missing"), "{without}");
        }
    }
}

#[test]
fn every_provider_that_is_described_has_an_entry() {
    let described = [
        "gemini",
        "groq",
        "openai",
        "anthropic",
        "deepseek",
        "mistral",
        "cerebras",
        "openrouter",
        "cohere",
        "github",
        "together",
        "fireworks",
        "nvidia",
        "sambanova",
        "ollama",
        "llamacpp",
        "vllm",
    ];
    for id in described {
        assert!(Catalogue::builtin().provider(id).is_some(), "{id}");
    }
}

#[test]
fn ids_are_unique_and_safe_as_account_names() {
    let providers = &Catalogue::builtin().providers;
    for (at, provider) in providers.iter().enumerate() {
        assert!(!provider.id.contains('/'));
        assert!(
            providers[..at].iter().all(|other| other.id != provider.id),
            "{} twice",
            provider.id
        );
        for (at, model) in provider.models.iter().enumerate() {
            assert!(
                provider.models[..at].iter().all(|other| other.id != model.id),
                "{} twice",
                model.id
            );
        }
        for (at, tier) in provider.tiers.iter().enumerate() {
            assert!(
                provider.tiers[..at].iter().all(|other| other.name != tier.name),
                "{} twice",
                tier.name
            );
        }
    }
}

#[test]
fn limits_name_models_of_their_tier() {
    for provider in &Catalogue::builtin().providers {
        for tier in &provider.tiers {
            for limit in &tier.limits {
                let crate::config::limit::scope::Spread::Each(patterns) = &limit.spread else {
                    continue;
                };
                for pattern in patterns.0.iter().filter(|pattern| !pattern.contains('*')) {
                    let known = tier.models.iter().filter_map(|id| provider.model(id));
                    assert!(
                        known.into_iter().any(|model| model.base == *pattern),
                        "{} {} {pattern}",
                        provider.id,
                        tier.name
                    );
                }
            }
        }
    }
}

#[test]
fn the_seeds_figures_are_kept() {
    let kinds = |id: &str| -> Vec<(Dimension, u64, String)> {
        let tier = provider(id).tier("free-2025-11").unwrap();
        tier.limits
            .iter()
            .map(|limit| {
                let kind = match &limit.terms.kind {
                    Kind::Bucket => "bucket".to_owned(),
                    Kind::Fixed => "fixed".to_owned(),
                    Kind::Resets(time) => time.canonical(),
                    other => format!("{other:?}"),
                };
                (limit.terms.dimension, limit.terms.amount, kind)
            })
            .collect()
    };
    let requests = Dimension::Requests;
    assert_eq!(
        kinds("groq"),
        [
            (requests, 30, "bucket".to_owned()),
            (requests, 14_400, "bucket".to_owned())
        ]
    );
    assert_eq!(
        kinds("gemini"),
        [
            (requests, 15, "fixed".to_owned()),
            (requests, 1_500, "00:00 America/Los_Angeles".to_owned())
        ]
    );
    assert_eq!(
        provider("groq").tier("free-2025-11").unwrap().models,
        ["llama-3.3-70b-versatile", "llama-3.1-8b-instant"]
    );
    assert_eq!(
        provider("gemini").tier("free-2025-11").unwrap().models,
        ["gemini-2.0-flash", "gemini-2.5-flash"]
    );
}

#[test]
fn free_comes_first_and_the_defaults_are_what_they_should_be() {
    for (id, tier, free, model) in [
        ("groq", "free", true, "llama-3.3-70b-versatile"),
        ("gemini", "free", true, "gemini-3.1-flash-lite"),
        ("openai", "tier-1", false, "gpt-4.1-mini"),
        ("ollama", "local", true, "llama3.2"),
    ] {
        let default = provider(id).default_tier();
        assert_eq!(
            (default.name.as_str(), default.free, default.models[0].as_str()),
            (tier, free, model)
        );
    }
    for provider in &Catalogue::builtin().providers {
        let first_paid = provider.tiers.iter().position(|tier| !tier.free);
        let first_free = provider.tiers.iter().position(|tier| tier.free);
        assert!(
            first_free.is_none() || first_free == Some(0),
            "{}: free tier not first ({first_paid:?})",
            provider.id
        );
    }
}

#[test]
fn prices_are_integers_of_the_quoted_dollars() {
    let price = provider("groq")
        .model("llama-3.3-70b-versatile")
        .unwrap()
        .price
        .unwrap();
    assert_eq!((price.input.0, price.output.0), (590_000, 790_000));
}

#[test]
fn limits_can_be_told_in_words() {
    let words = provider("gemini").tier("free-2025-11").unwrap().limits_in_words();
    assert_eq!(words[0], ("*".to_owned(), false, "15 requests a minute".to_owned()));
    assert!(provider("nvidia").default_tier().limits_in_words()[0].1);
}
