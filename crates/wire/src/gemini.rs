//! Google's own wire, `generateContent`: OpenAI's request into its form, and its answers into OpenAI's.

mod answer;
mod candidate;
mod contents;
mod parts;
mod request;
mod stream;
mod thinking;
mod tools;

pub(crate) use answer::decode;
pub(crate) use request::encode;
pub(crate) use stream::GeminiStream;
