//! Lists of texts to label and labelled: newest first, page by page, and what leaves of them.

use std::time::{Duration, Instant};

use noroshi_indicator::fold;

use super::{Annotation, of_posts};
use crate::error::{Result, in_time};
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, params};
use crate::{Post, Reader, Store, post};

/// Posts that are looked at in one go.
const BLOCK: usize = 200;

/// Which texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnnotationState {
    /// Marked, and not labelled by the reader since the last edit.
    #[default]
    ToDo,
    /// Labelled by the reader since the last edit.
    Done,
    /// Marked, or labelled by anybody.
    All,
    /// Labelled by anybody since the last edit.
    Labelled,
}

/// Which page.
#[derive(Clone, Debug)]
pub struct AnnotationOptions {
    /// Which texts.
    pub state: AnnotationState,
    /// All of these words must be somewhere in the text, however they are written.
    pub words: Vec<String>,
    /// Only posts below this number: `next` of the page before.
    pub below: Option<i64>,
    /// Posts of a page, from 1.
    pub limit: usize,
    /// After so long the page is what has been found.
    pub budget: Duration,
}

/// A text with what was labelled in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotated {
    /// The post.
    pub post: Post,
    /// By whom, and what; sets of a former text are among them.
    pub sets: Vec<Annotation>,
}

impl Annotated {
    /// The sets whose offsets go by the text as it is now.
    pub fn current(&self) -> impl Iterator<Item = &Annotation> {
        let revision = self.post.revision;
        self.sets.iter().filter(move |set| set.revision == revision)
    }
}

/// A page of such texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationPage {
    /// The newest first.
    pub texts: Vec<Annotated>,
    /// `below` of the next page; nothing when this is the last.
    pub next: Option<i64>,
}

impl Store {
    /// Texts to label or labelled that the reader may see. Cost: a block of 200 posts at a time, as long as the budget
    /// lasts.
    pub async fn annotated(
        &self,
        reader: &Reader,
        options: AnnotationOptions,
    ) -> Result<AnnotationPage> {
        let reader = reader.clone();
        let deadline = Instant::now() + options.budget + options.budget / 2;
        self.read_until(Some(deadline), move |conn| page(conn, &reader, &options))
            .await
    }
}

fn page(conn: &Conn, reader: &Reader, options: &AnnotationOptions) -> Result<AnnotationPage> {
    let deadline = Instant::now() + options.budget;
    let words: Vec<String> = options.words.iter().map(|word| fold(word)).collect();
    let sight = reader.sight(conn)?;
    let mut below = options.below.unwrap_or(i64::MAX);
    let mut texts: Vec<Annotated> = Vec::new();
    let cut = |texts, next| Ok(AnnotationPage { texts, next });
    while Instant::now() < deadline {
        let Some(block) = in_time(block(conn, &sight, options.state, below))? else {
            break;
        };
        let Some(mut posts) = in_time(post::load(conn, &sight, &block))? else {
            break;
        };
        posts.retain(|post| {
            let text = fold(&post.text);
            words.iter().all(|word| text.contains(word.as_str()))
        });
        let wanted = options.limit - texts.len();
        let more = posts.len() > wanted;
        posts.truncate(wanted);
        texts.extend(with_sets(conn, posts)?);
        let through = block.len() < BLOCK;
        if more || (texts.len() == options.limit && !through) {
            let next = texts.last().map(|text| text.post.id);
            return cut(texts, next);
        }
        match block.last() {
            Some(last) if !through => below = *last,
            _ => return cut(texts, None),
        }
    }
    cut(texts, Some(below))
}

/// The numbers of the next posts, newest first.
fn block(conn: &Conn, sight: &Sight, state: AnnotationState, below: i64) -> Result<Vec<i64>> {
    const MARKED: &str = "SELECT post FROM annotation_target WHERE post < ?3";
    const LABELLED: &str = "SELECT post FROM annotation WHERE post < ?3";
    let among = match state {
        AnnotationState::ToDo => MARKED.to_owned(),
        AnnotationState::Done | AnnotationState::Labelled => LABELLED.to_owned(),
        AnnotationState::All => format!("{MARKED} UNION {LABELLED}"),
    };
    let set = "SELECT 1 FROM annotation n WHERE n.post = p.id AND n.revision = p.revision";
    let so = match state {
        AnnotationState::ToDo => format!("NOT EXISTS ({set} AND n.account = ?1)"),
        AnnotationState::Done => format!("EXISTS ({set} AND n.account = ?1)"),
        AnnotationState::Labelled => format!("EXISTS ({set})"),
        AnnotationState::All => "1 = 1".to_owned(),
    };
    let sql = format!(
        "SELECT p.id FROM post p WHERE p.id IN ({among}) AND p.deleted IS NULL AND {SEEN}
            AND {so} ORDER BY p.id DESC LIMIT ?4"
    );
    let row = params![sight.me(), sight.audiences(), below, BLOCK as i64];
    conn.query(&sql, row, |row| row.int(0))
}

fn with_sets(conn: &Conn, posts: Vec<Post>) -> Result<Vec<Annotated>> {
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let mut sets = of_posts(conn, &ids)?;
    let texts = posts.into_iter().map(|post| {
        let (own, others) = std::mem::take(&mut sets)
            .into_iter()
            .partition(|set| set.post == post.id);
        sets = others;
        Annotated { post, sets: own }
    });
    Ok(texts.collect())
}
