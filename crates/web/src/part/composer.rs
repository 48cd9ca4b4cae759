//! Where a post is written: text, files, audience and marking; everything works without script.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_exchange::post::MOST_BYTES;
use noroshi_indicator::Tlp;
use noroshi_store::{Attachment, Audience, Post};

use super::audience_word;
use crate::frame::{Frame, Words};
use crate::problem::Problem;
use crate::state::AppState;

/// What was written so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) text: String,
    /// Empty for the usual one.
    pub(crate) audience: String,
    /// Empty for the usual one.
    pub(crate) tlp: String,
    pub(crate) reply_to: Option<i64>,
    /// Files that were sent already.
    pub(crate) files: Vec<Attachment>,
    /// The page to go back to.
    pub(crate) next: String,
}

/// The form.
#[derive(Clone, Template)]
#[template(path = "part/composer.html")]
pub(crate) struct Composer {
    words: &'static Words,
    draft: Draft,
    audiences: Vec<(String, String)>,
    /// Why it was refused.
    error: String,
}

impl Composer {
    /// For somebody who may post; nothing for others.
    pub(crate) async fn new(
        state: &AppState,
        frame: &Frame,
        draft: Draft,
        error: String,
    ) -> Result<Option<Composer>, Problem> {
        if !frame.writes() {
            return Ok(None);
        }
        let all = state.store.audiences_of(frame.account.id).await?;
        let mut audiences = Vec::new();
        if draft.reply_to.is_some() {
            audiences.push((String::new(), frame.words.as_answered.to_owned()));
        }
        audiences.extend(all.into_iter().map(|Audience { name, .. }| {
            let word = audience_word(&name, frame);
            (name, word)
        }));
        Ok(Some(Composer {
            words: frame.words,
            draft,
            audiences,
            error,
        }))
    }

    /// For a new post, or an answer.
    pub(crate) async fn empty(
        state: &AppState,
        frame: &Frame,
        answered: Option<&Post>,
    ) -> Result<Option<Composer>, Problem> {
        let draft = Draft {
            reply_to: answered.map(|post| post.id),
            next: frame.address.clone(),
            ..Draft::default()
        };
        Composer::new(state, frame, draft, String::new()).await
    }

    /// What a form may hold, in bytes; the script counts.
    fn most(&self) -> usize {
        MOST_BYTES
    }

    fn tlps(&self) -> Vec<(&'static str, String)> {
        let named = Tlp::ALL.map(|tlp| (tlp.name(), format!("TLP:{}", tlp.name().to_uppercase())));
        let usual = ("", self.words.tlp_usual.to_owned());
        [usual].into_iter().chain(named).collect()
    }

    fn label(&self) -> &'static str {
        match self.draft.reply_to {
            Some(_) => self.words.reply_text,
            None => self.words.post_text,
        }
    }
}

impl HtmlSafe for Composer {}
