//! The OpenAPI document, made from the handlers themselves.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, PathItem, Ref, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;
use crate::routes;

const ABOUT: &str = "What a Noroshi hub has collected, for programs. Send a key as \
    `Authorization: Bearer KEY`. Times are RFC 3339 in UTC. Errors are problem details (RFC 9457). \
    What a caller may not read is answered as if it were not there.";

/// The OpenAPI document of the API.
pub fn document() -> OpenApi {
    let mut document = routes::api().into_openapi();
    let info = InfoBuilder::new().title("Noroshi").version("1");
    document.info = info.description(Some(ABOUT)).build();
    let components = document.components.get_or_insert_default();
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components
        .security_schemes
        .insert("key".to_owned(), SecurityScheme::Http(key).into());
    let name = Problem::name().into_owned();
    components.schemas.insert(name, Problem::schema());
    let paths = std::mem::take(&mut document.paths.paths).into_iter();
    document.paths.paths = paths
        .map(|(path, mut item)| {
            operations(&mut item).for_each(may_fail);
            // A wildcard is the router's way to say that slashes belong to the value.
            (path.replace("{*", "{"), item)
        })
        .collect();
    document
}

/// Get the OpenAPI document
///
/// This one. Needs no key.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "watching", operation_id = "openapi",
    responses((status = OK, description = "An OpenAPI document.", content_type = "application/json")))]
pub(crate) async fn show() -> Result<impl IntoResponse, Problem> {
    let text = document()
        .to_json()
        .map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        ..
    } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// Whatever goes wrong is told in one form.
fn may_fail(operation: &mut Operation) {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new()
        .description("What went wrong.")
        .content("application/problem+json", content);
    let responses = &mut operation.responses.responses;
    responses.insert("default".to_owned(), response.build().into());
}
