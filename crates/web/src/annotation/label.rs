//! Labels as the page of texts has them: a form each, and one for a new label.

use axum::extract::State;
use axum::response::Response;
use noroshi_indicator::Kind;
use noroshi_store::{KEYS, Label, NewLabel};
use serde::Deserialize;
use utoipa::ToSchema;

use super::list;
use crate::extract::{FormBody, InPath};
use crate::frame::Frame;
use crate::problem::Problem;
use crate::state::AppState;

/// A label in its form.
pub(crate) struct LabelRow {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) shown: String,
    pub(crate) colour: u8,
    pub(crate) key: String,
    pub(crate) kinds: String,
}

impl From<Label> for LabelRow {
    fn from(label: Label) -> LabelRow {
        let kinds: Vec<&str> = label.kinds.iter().map(|kind| kind.name()).collect();
        LabelRow {
            id: label.id,
            shown: crate::part::visible(&label.name),
            name: label.name,
            colour: label.colour,
            key: label.key.map(|key| key.to_string()).unwrap_or_default(),
            kinds: kinds.join(" "),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct LabelForm {
    name: String,
    colour: u8,
    #[serde(default)]
    key: String,
    #[serde(default)]
    kinds: String,
    /// Delete it instead.
    delete: Option<String>,
}

impl LabelForm {
    fn new_label(&self) -> Result<NewLabel, Problem> {
        let words = self
            .kinds
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{3001}'));
        let kind = |word: &str| {
            let kind: Result<Kind, _> = word.parse();
            kind.map_err(|_| Problem::bad_request(format!("{word:?} is no kind of observable")))
        };
        let kinds: Result<Vec<Kind>, Problem> =
            words.filter(|word| !word.is_empty()).map(kind).collect();
        let key = match self.key.trim() {
            "" => None,
            text => Some(text.parse::<u8>().map_err(|_| {
                Problem::bad_request(format!("a key is a number from 1 to {KEYS}, or nothing"))
            })?),
        };
        Ok(NewLabel {
            name: self.name.trim().to_owned(),
            colour: self.colour,
            key,
            kinds: kinds?,
        })
    }
}

/// Makes a label.
#[utoipa::path(post, path = "/annotate/labels", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<LabelForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let made = async {
        let new = form.new_label()?;
        state.store.add_label(&frame.reader(), new).await?;
        Ok(())
    };
    let made = made.await;
    list::labels_changed(frame, &state, made).await
}

/// Changes a label, or deletes one that nothing is labelled with.
#[utoipa::path(post, path = "/annotate/labels/{id}", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<LabelForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let (store, who) = (&state.store, frame.reader());
    let changed = async {
        match form.delete {
            Some(_) => store.delete_label(&who, id).await?,
            None => drop(store.change_label(&who, id, form.new_label()?).await?),
        }
        Ok(())
    };
    let changed = changed.await;
    list::labels_changed(frame, &state, changed).await
}
