//! Adding a source by a template: which there are, what they ask for, and making one.

use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_collect::recipe::{AddError, Recipe, add};
use noroshi_collect::{ensure_source, key_variable};
use noroshi_store::{Reader, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SourceAnswer;
use super::page::said;
use crate::auth::Managing;
use crate::extract::{FormBody, JsonBody};
use crate::frame::{Frame, fill, render};
use crate::manage::{Manager, told};
use crate::part::source_link;
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Before the name of a parameter in the form.
const PARAMETER: &str = "set.";

#[derive(Template)]
#[template(path = "sources_new.html")]
struct NewPage {
    frame: Frame,
    templates: Vec<Offered>,
    saved: bool,
    error: String,
}

struct Offered {
    name: String,
    title: String,
    description: String,
    licence: String,
    needs: String,
    parameters: Vec<Asked>,
    own_name: String,
}

struct Asked {
    name: String,
    id: String,
    title: String,
    example: String,
    value: String,
}

impl NewPage {
    fn of(
        frame: Frame,
        state: &AppState,
        form: &BTreeMap<String, String>,
        error: String,
    ) -> NewPage {
        let recipes = state.recipes();
        let templates = recipes.templates();
        NewPage {
            templates: templates
                .map(|recipe| Offered::of(recipe, &frame, form))
                .collect(),
            frame,
            saved: false,
            error,
        }
    }
}

impl Offered {
    fn of(recipe: &Recipe, frame: &Frame, form: &BTreeMap<String, String>) -> Offered {
        let is_this = form
            .get("template")
            .is_some_and(|name| *name == recipe.name);
        let given = |key: &str| {
            form.get(key)
                .filter(|_| is_this)
                .cloned()
                .unwrap_or_default()
        };
        let asked = recipe.parameters.iter().map(|(name, parameter)| Asked {
            id: format!("{}-{name}", recipe.name),
            title: said(&parameter.title, frame),
            example: parameter.example.clone(),
            value: given(&format!("{PARAMETER}{name}")),
            name: format!("{PARAMETER}{name}"),
        });
        Offered {
            name: recipe.name.clone(),
            title: said(&recipe.title, frame),
            description: said(&recipe.description, frame),
            licence: recipe.licence.clone(),
            needs: match recipe.needs_key() {
                false => String::new(),
                true => fill(frame.words.needs_key, &[("n", &key_variable("NAME"))]),
            },
            parameters: asked.collect(),
            own_name: given("name"),
        }
    }
}

/// The templates, each with a form.
#[utoipa::path(get, path = "/sources/new", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let page = NewPage::of(frame, &state, &BTreeMap::new(), String::new());
    render(StatusCode::OK, &page)
}

/// Adds a source and switches it on.
#[utoipa::path(post, path = "/sources/new", responses((status = SEE_OTHER)))]
pub(crate) async fn send(
    Manager(frame): Manager,
    State(state): State<AppState>,
    FormBody(form): FormBody<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let values = form.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(PARAMETER)?;
        Some((name.to_owned(), value.clone()))
    });
    let new = NewSource {
        template: field("template"),
        name: Some(field("name")),
        values: values.collect(),
    };
    match make(state.clone(), frame.reader(), new).await {
        Ok(source) => Ok(Redirect::to(&source_link(&source.name)).into_response()),
        Err(problem) => {
            let page = NewPage::of(frame, &state, &form, told(problem)?);
            render(StatusCode::BAD_REQUEST, &page)
        }
    }
}

/// A source to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSource {
    /// Which template.
    #[schema(example = "mastodon-tag")]
    template: String,
    /// Its name; by default one is made of the template and the values.
    name: Option<String>,
    /// What the template asks for, by name.
    #[schema(value_type = Object)]
    values: BTreeMap<String, String>,
}

/// Add a source
///
/// By a template, and switched on. Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/sources", tag = "collecting", operation_id = "add_source",
    request_body = NewSource, security(("key" = [])),
    responses((status = CREATED, body = SourceAnswer))
)]
pub(crate) async fn create(
    Managing(caller): Managing,
    State(state): State<AppState>,
    JsonBody(new): JsonBody<NewSource>,
) -> Result<(StatusCode, Json<SourceAnswer>), Problem> {
    let source = make(state, caller.reader(), new).await?;
    Ok((StatusCode::CREATED, Json(source.into())))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Templates {
    /// By name.
    templates: Vec<TemplateAnswer>,
}

/// What a source can be added by.
#[derive(Serialize, ToSchema)]
pub(crate) struct TemplateAnswer {
    name: String,
    title: String,
    description: String,
    licence: String,
    /// Whether nothing can be had without a key.
    needs_key: bool,
    parameters: Vec<ParameterAnswer>,
}

/// What a template asks for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ParameterAnswer {
    name: String,
    title: String,
    example: String,
}

/// List templates
///
/// What sources can be added by. Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/source-templates", tag = "collecting", operation_id = "list_templates",
    security(("key" = [])), responses((status = OK, body = Templates))
)]
pub(crate) async fn templates(
    Managing(_caller): Managing,
    State(state): State<AppState>,
) -> Json<Templates> {
    let recipes = state.recipes();
    let templates = recipes.templates().map(|recipe| TemplateAnswer {
        name: recipe.name.clone(),
        title: recipe.title.en.clone(),
        description: recipe.description.en.clone(),
        licence: recipe.licence.clone(),
        needs_key: recipe.needs_key(),
        parameters: recipe
            .parameters
            .iter()
            .map(|(name, parameter)| ParameterAnswer {
                name: name.clone(),
                title: parameter.title.en.clone(),
                example: parameter.example.clone(),
            })
            .collect(),
    });
    Json(Templates {
        templates: templates.collect(),
    })
}

/// Makes it; that the reader may was asked before.
async fn make(state: AppState, reader: Reader, new: NewSource) -> Result<Source, Problem> {
    to_the_end(async move {
        let (at, template) = (state.clone(), new.template.clone());
        let written = tokio::task::spawn_blocking(move || {
            let recipes = at.recipes();
            let name = new.name.as_deref();
            let recipe = add(
                at.store.directory(),
                &recipes,
                &new.template,
                name,
                &new.values,
            )?;
            at.read_recipes();
            Ok(recipe)
        });
        let written = written.await.map_err(|error| Problem::internal(&error))?;
        let mut recipe: Recipe = written.map_err(wrong)?;
        recipe.enabled = true;
        let source = ensure_source(&state.store, &recipe).await?;
        let noted = state
            .store
            .audit(&reader, "source.add", &source.name, Some(&template));
        noted.await?;
        Ok(source)
    })
    .await
}

fn wrong(error: AddError) -> Problem {
    let status = match error {
        AddError::Taken(_) => StatusCode::CONFLICT,
        AddError::Template(_) | AddError::Value(_) => StatusCode::BAD_REQUEST,
        AddError::File { .. } => return Problem::internal(&error),
    };
    Problem::new(status, error.to_string())
}
