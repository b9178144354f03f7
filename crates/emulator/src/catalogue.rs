//! The models that the emulator serves, with what the providers publish about them (autumn 2026).

use crate::counting::Provider;

/// A model of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// Whose model it is.
    pub provider: Provider,
    /// The id that requests name.
    pub id: &'static str,
    /// The base model whose quota it spends; several ids can have the same.
    pub base: &'static str,
    /// The most tokens that prompt and answer can have together.
    pub context: u64,
    /// The most tokens that an answer can have.
    pub max_output: u64,
    /// Which thinking field it takes (Gemini only).
    pub(crate) thinking: Thinking,
    /// What its free tier allows (OpenAI: its first tier).
    pub(crate) free: Published,
}

/// Which field of `thinkingConfig` a Gemini model takes; the other one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    None,
    Budget,
    Level,
}

/// Limits as the providers print them; `None` where they print none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Published {
    pub(crate) rpm: Option<u64>,
    pub(crate) rpd: Option<u64>,
    pub(crate) tpm: Option<u64>,
    pub(crate) tpd: Option<u64>,
    pub(crate) otpm: Option<u64>,
}

/// The catalogue's models of a provider.
pub fn models(provider: Provider) -> impl Iterator<Item = &'static Model> {
    CATALOGUE.iter().filter(move |model| model.provider == provider)
}

/// The base model behind an id; the id itself where the catalogue does not know it.
pub fn base_model(provider: Provider, id: &str) -> &str {
    models(provider)
        .find(|model| model.id == id)
        .map_or(id, |model| model.base)
}

/// A model that the emulator serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) id: String,
    pub(crate) base: String,
    pub(crate) context: u64,
    pub(crate) max_output: u64,
    pub(crate) thinking: Thinking,
}

impl Served {
    /// A model that the caller brought, with generous sizes.
    pub(crate) fn unlisted(id: &str) -> Served {
        let (context, max_output) = (1_048_576, 65_536);
        Served {
            id: id.to_owned(),
            base: id.to_owned(),
            context,
            max_output,
            thinking: Thinking::None,
        }
    }
}

impl From<&'static Model> for Served {
    fn from(model: &'static Model) -> Served {
        let Model {
            id,
            base,
            context,
            max_output,
            thinking,
            ..
        } = *model;
        Served {
            id: id.to_owned(),
            base: base.to_owned(),
            context,
            max_output,
            thinking,
        }
    }
}

const fn published(rpm: u64, rpd: u64, tpm: u64, tpd: Option<u64>) -> Published {
    Published {
        rpm: Some(rpm),
        rpd: Some(rpd),
        tpm: Some(tpm),
        tpd,
        otpm: None,
    }
}

const fn groq(id: &'static str, context: u64, max_output: u64, free: Published) -> Model {
    Model {
        provider: Provider::Groq,
        id,
        base: id,
        context,
        max_output,
        thinking: Thinking::None,
        free,
    }
}

const fn openai(id: &'static str, context: u64, max_output: u64, free: Published) -> Model {
    Model {
        provider: Provider::OpenAi,
        id,
        base: id,
        context,
        max_output,
        thinking: Thinking::None,
        free,
    }
}

const fn gemini(id: &'static str, base: &'static str, thinking: Thinking, free: Published) -> Model {
    let max_output = if matches!(thinking, Thinking::None) {
        8_192
    } else {
        65_536
    };
    Model {
        provider: Provider::Gemini,
        id,
        base,
        context: 1_048_576,
        max_output,
        thinking,
        free,
    }
}

const GUARD: Published = published(30, 14_400, 15_000, Some(500_000));
const GPT_OSS: Published = published(30, 1_000, 8_000, Some(200_000));
const QWEN_38: Published = Published {
    rpm: Some(30),
    rpd: Some(1_000),
    tpm: Some(8_000),
    tpd: Some(200_000),
    otpm: Some(1_000),
};
const COMPOUND: Published = published(30, 250, 70_000, None);
const OPENAI_TIER_1: Published = published(500, 10_000, 200_000, None);
const FLASH: Published = published(5, 20, 250_000, None);
const FLASH_LITE: Published = published(15, 500, 250_000, None);
const GEMMA: Published = published(30, 14_400, 16_000, None);
/// Models that left the free tier stay listed and answer `limit: 0`.
const LEFT: Published = published(0, 0, 0, None);

const CATALOGUE: &[Model] = &[
    groq(
        "llama-3.3-70b-versatile",
        131_072,
        32_768,
        published(30, 1_000, 12_000, Some(100_000)),
    ),
    groq(
        "llama-3.1-8b-instant",
        131_072,
        131_072,
        published(30, 14_400, 6_000, Some(500_000)),
    ),
    groq("openai/gpt-oss-120b", 131_072, 65_536, GPT_OSS),
    groq("openai/gpt-oss-20b", 131_072, 65_536, GPT_OSS),
    groq("openai/gpt-oss-safeguard-20b", 131_072, 65_536, GPT_OSS),
    groq("qwen/qwen3.6-27b", 131_072, 40_960, GPT_OSS),
    groq("qwen/qwen3.8-27b", 131_072, 40_960, QWEN_38),
    groq("meta-llama/llama-prompt-guard-2-22m", 512, 512, GUARD),
    groq("meta-llama/llama-prompt-guard-2-86m", 512, 512, GUARD),
    groq("groq/compound", 131_072, 8_192, COMPOUND),
    groq("groq/compound-mini", 131_072, 8_192, COMPOUND),
    openai("gpt-4o-mini", 128_000, 16_384, OPENAI_TIER_1),
    openai("gpt-4.1-mini", 1_047_576, 32_768, OPENAI_TIER_1),
    gemini("gemini-2.5-flash", "gemini-2.5-flash", Thinking::Budget, FLASH),
    gemini(
        "gemini-2.5-flash-lite",
        "gemini-2.5-flash-lite",
        Thinking::Budget,
        published(10, 20, 250_000, None),
    ),
    gemini("gemini-2.5-pro", "gemini-2.5-pro", Thinking::Budget, LEFT),
    gemini("gemini-2.0-flash", "gemini-2.0-flash", Thinking::None, LEFT),
    gemini("gemini-2.0-flash-001", "gemini-2.0-flash", Thinking::None, LEFT),
    gemini("gemini-2.0-flash-lite", "gemini-2.0-flash-lite", Thinking::None, LEFT),
    gemini("gemini-3-flash", "gemini-3-flash", Thinking::Level, FLASH),
    gemini("gemini-3-flash-preview", "gemini-3-flash", Thinking::Level, FLASH),
    gemini("gemini-3.1-pro-preview", "gemini-3.1-pro", Thinking::Level, LEFT),
    gemini(
        "gemini-3.1-pro-preview-customtools",
        "gemini-3.1-pro",
        Thinking::Level,
        LEFT,
    ),
    gemini(
        "gemini-3.1-flash-lite",
        "gemini-3.1-flash-lite",
        Thinking::Level,
        FLASH_LITE,
    ),
    gemini("gemini-3.5-flash", "gemini-3.5-flash", Thinking::Level, FLASH),
    gemini(
        "gemini-3.5-flash-lite",
        "gemini-3.5-flash-lite",
        Thinking::Level,
        FLASH_LITE,
    ),
    gemini("gemini-3.6-flash", "gemini-3.6-flash", Thinking::Level, FLASH),
    gemini("gemini-3.7-flash", "gemini-3.7-flash", Thinking::Level, FLASH),
    gemini("gemini-3.8-flash", "gemini-3.8-flash", Thinking::Level, FLASH),
    gemini("gemma-4-31b-it", "gemma-4-31b-it", Thinking::None, GEMMA),
    gemini("gemma-4-26b-a4b-it", "gemma-4-26b-a4b-it", Thinking::None, GEMMA),
];
