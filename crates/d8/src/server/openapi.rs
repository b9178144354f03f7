//! The document that says what the orchestrator serves: `/api/openapi.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::path::{HttpMethod, OperationBuilder};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, Object, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder,
    ResponsesBuilder,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::error::ErrorBody;

/// Where the document is.
const PATH: &str = "/api/openapi.json";

const DESCRIPTION: &str = "LLM work on limited quotas: hand tasks in, and they are done as soon as the quotas allow.\n\n\
    Programs on the server's own machine need no token. Others send it as `Authorization: Bearer TOKEN`, or as the \
    password of Basic authentication.\n\n\
    Every refusal is `{\"error\": {\"message\", \"type\", \"code\"}}`; programs act on `code`.";

const TAGS: [(&str, &str); 8] = [
    ("tasks", "Work to be done"),
    ("groups", "Tasks that were handed in together"),
    ("runs", "Files of work that other processes on this machine hand over"),
    ("accounts", "Whose quota is spent"),
    ("agents", "Work that comes by itself"),
    ("openai", "OpenAI's own calls"),
    ("workers", "Workers that bring their own keys"),
    ("hive", "The Hive's calls, as its workers and scripts make them"),
];

/// What any call may answer: the request is wrong, whoever asks may not, or the server is in no state to.
#[derive(Copy, Clone, Debug)]
pub struct Always;

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let all = [
            ("400", "The request is wrong: `error.message` says where"),
            ("401", "`unauthorized`: the token is missing or wrong"),
            ("403", "Whoever asks from there may not"),
            ("500", "`internal_error`: a fault of the server's own"),
            ("503", "`stopped`: the server is stopping; come again"),
        ];
        let response = |(status, description): (&str, &str)| {
            let schema = Ref::from_schema_name(ErrorBody::name());
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response = ResponseBuilder::new()
                .description(description)
                .content("application/json", content)
                .build();
            (status.to_owned(), response.into())
        };
        all.into_iter().map(response).collect()
    }
}

/// The routes with the document of all of them beside. What is added afterwards is not in it.
pub fn documented(routes: OpenApiRouter<Arc<App>>) -> axum::Router<Arc<App>> {
    let (routes, collected) = routes.split_for_parts();
    let text = Bytes::from(text(&document(collected)));
    let answer = move || {
        let text = text.clone();
        async move { ([(CONTENT_TYPE, "application/json")], text) }
    };
    routes.route(PATH, get(answer))
}

/// The document as it is sent.
pub fn text(document: &OpenApi) -> String {
    document.to_pretty_json().unwrap_or_default()
}

/// What the routes say of themselves, with what holds for all of them.
pub fn document(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("D8")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .build();
    add_itself(&mut document);
    let used: Vec<String> = document
        .paths
        .paths
        .values()
        .flat_map(operations)
        .flat_map(|operation| operation.tags.clone().unwrap_or_default())
        .collect();
    let tags = TAGS.iter().filter(|(name, _)| used.iter().any(|used| used == name));
    let tag =
        |(name, description): &(&str, &str)| TagBuilder::new().name(*name).description(Some(*description)).build();
    document.tags = Some(tags.map(tag).collect());
    let components = document.components.get_or_insert_default();
    components
        .schemas
        .entry(ErrorBody::name().into_owned())
        .or_insert_with(ErrorBody::schema);
    let mut inner = Vec::new();
    ErrorBody::schemas(&mut inner);
    for (name, schema) in inner {
        components.schemas.entry(name).or_insert(schema);
    }
    for (name, scheme) in [("bearer", HttpAuthScheme::Bearer), ("basic", HttpAuthScheme::Basic)] {
        components.add_security_scheme(name, SecurityScheme::Http(Http::new(scheme)));
    }
    let none: [&str; 0] = [];
    // On the server's own machine nothing is needed.
    document.security = Some(vec![
        SecurityRequirement::default(),
        SecurityRequirement::new("bearer", none),
        SecurityRequirement::new("basic", none),
    ]);
    document
}

fn operations(item: &PathItem) -> impl Iterator<Item = &utoipa::openapi::path::Operation> {
    [&item.get, &item.post, &item.put, &item.delete, &item.patch]
        .into_iter()
        .flatten()
}

/// The document says where it is.
fn add_itself(document: &mut OpenApi) {
    let content = ContentBuilder::new().schema(Some(Object::new())).build();
    let found = ResponseBuilder::new()
        .description("OpenAPI 3.1")
        .content("application/json", content);
    let responses = ResponsesBuilder::new()
        .response("200", found)
        .responses_from_into_responses::<Always>();
    let operation = OperationBuilder::new()
        .summary(Some("This document"))
        .operation_id(Some("getOpenApi"))
        .responses(responses.build());
    let item = PathItem::new(HttpMethod::Get, operation);
    document.paths.paths.insert(PATH.to_owned(), item);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use crate::server::router;

    /// Set, it writes the document anew.
    const UPDATE: &str = "UPDATE";

    #[test]
    fn the_committed_document_is_the_current_one() {
        let current = text(&document(router::api().into_openapi())) + "\n";
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&committed, &current).unwrap();
        }
        let kept = std::fs::read_to_string(&committed)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        assert!(
            kept == current,
            "docs/openapi.json is old: `UPDATE=1 cargo test -p d8 openapi` writes it anew"
        );
    }
}
