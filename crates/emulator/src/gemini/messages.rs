//! Which fields each message of the API has, and of which type. What is not here does not exist.

use super::shape::{Kind, Message};
use Kind::{Any, Flag, Integer, Many, Number, One, Text, Texts};

pub(super) static GENERATE: Message = Message(&[
    ("model", Text),
    ("contents", Many(&CONTENT)),
    ("systemInstruction", One(&CONTENT)),
    ("generationConfig", One(&CONFIG)),
    ("tools", Many(&TOOL)),
    ("toolConfig", One(&TOOL_CONFIG)),
    ("safetySettings", Many(&SAFETY)),
    ("cachedContent", Text),
    ("serviceTier", Text),
    ("store", Flag),
]);

pub(super) static COUNT: Message = Message(&[
    ("model", Text),
    ("contents", Many(&CONTENT)),
    ("generateContentRequest", One(&GENERATE)),
]);

static CONTENT: Message = Message(&[("role", Text), ("parts", Many(&PART))]);

static PART: Message = Message(&[
    ("text", Text),
    ("thought", Flag),
    ("thoughtSignature", Text),
    ("inlineData", One(&BLOB)),
    ("fileData", One(&FILE)),
    ("functionCall", One(&CALL)),
    ("functionResponse", One(&RESPONSE)),
    ("executableCode", Any),
    ("codeExecutionResult", Any),
    ("videoMetadata", Any),
    ("mediaResolution", Any),
    ("partMetadata", Any),
]);

static BLOB: Message = Message(&[("mimeType", Text), ("data", Text), ("displayName", Text)]);
static FILE: Message = Message(&[("mimeType", Text), ("fileUri", Text), ("displayName", Text)]);
static CALL: Message = Message(&[("id", Text), ("name", Text), ("args", Any)]);
static RESPONSE: Message = Message(&[
    ("id", Text),
    ("name", Text),
    ("response", Any),
    ("parts", Any),
    ("willContinue", Flag),
    ("scheduling", Text),
]);

static CONFIG: Message = Message(&[
    ("temperature", Number),
    ("topP", Number),
    ("topK", Number),
    ("candidateCount", Integer),
    ("maxOutputTokens", Integer),
    ("seed", Integer),
    ("stopSequences", Texts),
    ("presencePenalty", Number),
    ("frequencyPenalty", Number),
    ("responseLogprobs", Flag),
    ("logprobs", Integer),
    ("responseMimeType", Text),
    ("responseSchema", One(&SCHEMA)),
    ("responseJsonSchema", Any),
    ("responseModalities", Texts),
    ("thinkingConfig", One(&THINKING)),
    ("mediaResolution", Any),
    ("speechConfig", Any),
    ("imageConfig", Any),
    ("enableEnhancedCivicAnswers", Flag),
]);

static THINKING: Message = Message(&[
    ("includeThoughts", Flag),
    ("thinkingBudget", Integer),
    ("thinkingLevel", Text),
]);

/// OpenAPI's subset: `$schema`, `additionalProperties`, `const`, `$ref` and their like are unknown names.
static SCHEMA: Message = Message(&[
    ("type", Any),
    ("format", Text),
    ("title", Text),
    ("description", Text),
    ("nullable", Flag),
    ("enum", Texts),
    ("items", One(&SCHEMA)),
    ("minItems", Any),
    ("maxItems", Any),
    ("properties", Kind::Map(&SCHEMA)),
    ("required", Texts),
    ("minProperties", Any),
    ("maxProperties", Any),
    ("minimum", Number),
    ("maximum", Number),
    ("minLength", Any),
    ("maxLength", Any),
    ("pattern", Text),
    ("example", Any),
    ("anyOf", Many(&SCHEMA)),
    ("propertyOrdering", Texts),
    ("default", Any),
]);

static TOOL: Message = Message(&[
    ("functionDeclarations", Many(&DECLARATION)),
    ("googleSearch", Any),
    ("googleSearchRetrieval", Any),
    ("googleMaps", Any),
    ("codeExecution", Any),
    ("urlContext", Any),
    ("computerUse", Any),
    ("fileSearch", Any),
    ("mcpServers", Any),
]);

static DECLARATION: Message = Message(&[
    ("name", Text),
    ("description", Text),
    ("behavior", Text),
    ("parameters", One(&SCHEMA)),
    ("parametersJsonSchema", Any),
    ("response", One(&SCHEMA)),
    ("responseJsonSchema", Any),
]);

static TOOL_CONFIG: Message = Message(&[
    ("functionCallingConfig", One(&CALLING)),
    ("retrievalConfig", Any),
    ("includeServerSideToolInvocations", Flag),
]);

static CALLING: Message = Message(&[("mode", Text), ("allowedFunctionNames", Texts)]);
static SAFETY: Message = Message(&[("category", Text), ("threshold", Text), ("method", Text)]);
