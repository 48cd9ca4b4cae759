//! Posting from a browser: a form with text and files, and the preview of it.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_exchange::post::{TextError, check};
use noroshi_indicator::Tlp;
use noroshi_store::NewPost;
use serde::Deserialize;
use utoipa::ToSchema;

use super::write;
use crate::attachment::{LARGEST, MOST_FILES, Receiving};
use crate::extract::{FormBody, FormParts};
use crate::frame::{Frame, Words, fill, local, render, thousands};
use crate::part::{Cards, Chip, Composer, Draft, Html};
use crate::problem::Problem;
use crate::state::AppState;

/// The largest form, in bytes: files, text and what stands between them.
pub(crate) const FORM: usize = MOST_FILES * LARGEST + 1024 * 1024;
/// Values of a preview that are listed.
const SHOWN: usize = 50;

/// What was written, with what stands in the way of posting it.
#[derive(Template)]
#[template(path = "post/refused.html")]
struct RefusedPage {
    frame: Frame,
    composer: Option<Composer>,
}

/// Writes a post. One that is refused comes back with its text, its files and the reason.
#[utoipa::path(post, path = "/post", responses((status = SEE_OTHER)))]
pub(crate) async fn send(
    frame: Frame,
    State(state): State<AppState>,
    FormParts(form): FormParts,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let mut sent = Sent::read(form, &state, &frame).await?;
    let refused = match sent.refused.take() {
        Some(reason) => (StatusCode::UNPROCESSABLE_ENTITY, reason, None),
        None => match post(&frame, &state, &sent.draft).await {
            Ok(()) => return Ok(Redirect::to(local(&sent.draft.next)).into_response()),
            Err((problem, reason)) => {
                let status = StatusCode::from_u16(problem.status);
                let status = status.unwrap_or(StatusCode::BAD_REQUEST);
                (status, reason, problem.retry_after)
            }
        },
    };
    let (status, reason, wait) = refused;
    let composer = Composer::new(&state, &frame, sent.draft, reason).await?;
    let mut page = render(status, &RefusedPage { frame, composer })?;
    if let Some(seconds) = wait {
        page.headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(page)
}

/// Writes what was sent; what stands in the way comes with its reason in the reader's language.
async fn post(frame: &Frame, state: &AppState, draft: &Draft) -> Result<(), (Problem, String)> {
    let words = frame.words;
    let refused = |reason: String| (Problem::bad_request(""), reason);
    if let Err(error) = check(&draft.text) {
        return Err(refused(text_reason(&error, words)));
    }
    let tlp = match draft.tlp.as_str() {
        "" => None,
        name => {
            let tlp = name.parse::<Tlp>();
            Some(tlp.map_err(|error| refused(error.to_string()))?)
        }
    };
    let audience = Some(draft.audience.clone()).filter(|name| !name.is_empty());
    if let (Some(tlp), Some(name)) = (tlp, &audience) {
        let all = state.store.audiences_of(frame.account.id).await;
        let all = all.map_err(|error| (Problem::from(error), String::new()))?;
        let chosen = all.iter().find(|one| one.name == *name);
        if chosen.is_some_and(|audience| !audience.fits(tlp)) {
            let audience = crate::part::audience_word(name, frame);
            let tlp = format!("TLP:{}", tlp.name().to_uppercase());
            let gaps: &[(&str, &dyn std::fmt::Display)] = &[("tlp", &tlp), ("audience", &audience)];
            return Err(refused(fill(words.tlp_contradicts, gaps)));
        }
    }
    let new = NewPost {
        text: draft.text.clone(),
        reply_to: draft.reply_to,
        audience,
        tlp,
        attachments: draft.files.iter().map(|file| file.id).collect(),
        observed: None,
    };
    match write(state, frame.account.id, new).await {
        Ok(_) => Ok(()),
        Err(problem) => {
            let reason = match problem.status {
                429 => words.post_wait.to_owned(),
                _ => problem.detail.clone(),
            };
            Err((problem, reason))
        }
    }
}

/// Why a text cannot be posted.
pub(super) fn text_reason(error: &TextError, words: &'static Words) -> String {
    match error {
        TextError::Empty => words.text_empty.to_owned(),
        TextError::TooLong { limit, length } => {
            let (limit, length) = (thousands(*limit as u64), thousands(*length as u64));
            fill(words.text_long, &[("limit", &limit), ("n", &length)])
        }
        TextError::Control { line, column, .. } => {
            fill(words.text_control, &[("line", line), ("column", column)])
        }
        TextError::Tags { limit, .. } => fill(words.text_tags, &[("n", limit)]),
        TextError::Mentions { limit, .. } => fill(words.text_mentions, &[("n", limit)]),
    }
}

/// A form as it came, its files kept already.
#[derive(Default)]
struct Sent {
    draft: Draft,
    refused: Option<String>,
}

impl Sent {
    async fn read(mut form: Multipart, state: &AppState, frame: &Frame) -> Result<Sent, Problem> {
        let mut sent = Sent::default();
        while let Some(mut field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                let named = field.file_name().unwrap_or_default().to_owned();
                let mut file = Receiving::new(&state.store, &named)?;
                let small = file.take(&mut field).await?;
                sent.take(file, small, state, frame).await?;
                continue;
            }
            // Browsers end lines with CR LF.
            let text = field.text().await?.replace("\r\n", "\n");
            match name.as_str() {
                "text" => sent.draft.text = text,
                "audience" => sent.draft.audience = text,
                "tlp" => sent.draft.tlp = text,
                "reply_to" => sent.draft.reply_to = text.parse().ok(),
                "next" => sent.draft.next = text,
                "attached" => sent.again(&text, state, frame).await?,
                _ => {}
            }
        }
        Ok(sent)
    }

    /// A file of this form; a browser sends an empty one where none was chosen.
    async fn take(
        &mut self,
        file: Receiving,
        small: bool,
        state: &AppState,
        frame: &Frame,
    ) -> Result<(), Problem> {
        let words = frame.words;
        if file.is_empty() {
            return Ok(());
        }
        if !small || self.draft.files.len() >= MOST_FILES {
            let most = LARGEST / (1024 * 1024);
            let gaps: &[(&str, &dyn std::fmt::Display)] = &[("n", &MOST_FILES), ("size", &most)];
            self.refused = Some(fill(words.files_wrong, gaps));
            return Ok(());
        }
        let kept = file.keep(&state.store, frame.account.id).await?;
        self.draft.files.push(kept);
        Ok(())
    }

    /// A file that a refused form sent before.
    async fn again(&mut self, id: &str, state: &AppState, frame: &Frame) -> Result<(), Problem> {
        let Ok(id) = id.parse() else { return Ok(()) };
        if self.draft.files.len() < MOST_FILES
            && let Ok(file) = state.store.attachment(&frame.reader(), id).await
        {
            self.draft.files.push(file);
        }
        Ok(())
    }
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct PreviewForm {
    text: String,
}

#[derive(Template)]
#[template(path = "post/preview.html")]
struct Preview {
    frame: Frame,
    text: Html,
    found: Vec<Chip>,
    /// What stands in the way of posting it.
    error: String,
}

/// A piece of a page: how a text would look, and what is found in it.
#[utoipa::path(post, path = "/post/preview", responses((status = OK)))]
pub(crate) async fn preview(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<PreviewForm>,
) -> Result<Response, Problem> {
    let error = match check(&form.text) {
        Ok(()) | Err(TextError::Empty) => String::new(),
        Err(error) => text_reason(&error, frame.words),
    };
    let text = match error.is_empty() {
        true => form.text.as_str(),
        false => "",
    };
    let cards = Cards::of_text(&state, &frame, text).await?;
    let mut values = Vec::new();
    for found in noroshi_indicator::extract::finder(text) {
        if values.len() < SHOWN && !values.contains(&found.observable) {
            values.push(found.observable);
        }
    }
    let (html, _) = cards.text(text, true);
    let found = values.iter().map(|value| cards.chip(value)).collect();
    let page = Preview {
        text: html,
        found,
        error,
        frame,
    };
    render(StatusCode::OK, &page)
}
