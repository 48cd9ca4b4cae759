//! Annotation of texts: labels, texts to label, the page on which one labels, and what leaves of it.

pub(crate) mod api;
pub(crate) mod export;
pub(crate) mod label;
pub(crate) mod list;
pub(crate) mod text;

use noroshi_lookup::Time;
use noroshi_store::{Annotated, Annotation, Label, Span};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A labelled part of a text.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpanAnswer {
    /// Its first character, counted in Unicode code points from 0.
    pub start: u32,
    /// The character behind it.
    pub end: u32,
    /// The label's name.
    pub label: String,
}

/// What one account labelled in one text.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct AnnotationAnswer {
    /// Who labelled, by name.
    pub by: String,
    /// The revision of the text that the offsets go by; those of a former one tell nothing of the text as it is now.
    pub revision: i64,
    /// When.
    pub at: Time,
    /// In the order of the text, none over another.
    pub spans: Vec<SpanAnswer>,
}

/// A text with what was labelled in it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct AnnotatedAnswer {
    /// The post's number.
    pub post: i64,
    /// Who wrote it, by name.
    pub from: String,
    /// As it was written.
    pub text: String,
    /// Counts its edits.
    pub revision: i64,
    /// The marking.
    pub tlp: &'static str,
    /// By whom, and what.
    pub annotations: Vec<AnnotationAnswer>,
}

/// A label.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct LabelAnswer {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// 1 to 10.
    pub colour: u8,
    /// The key of the keyboard that labels with it, 1 to 9.
    pub key: Option<u8>,
    /// What is found in a text of these kinds of observable is proposed with it.
    pub kinds: Vec<&'static str>,
}

impl From<Span> for SpanAnswer {
    fn from(span: Span) -> SpanAnswer {
        SpanAnswer {
            start: span.start,
            end: span.end,
            label: span.label,
        }
    }
}

impl From<SpanAnswer> for Span {
    fn from(span: SpanAnswer) -> Span {
        Span {
            start: span.start,
            end: span.end,
            label: span.label,
        }
    }
}

impl From<Annotation> for AnnotationAnswer {
    fn from(set: Annotation) -> AnnotationAnswer {
        AnnotationAnswer {
            by: set.by,
            revision: set.revision,
            at: Time(set.at),
            spans: set.spans.into_iter().map(SpanAnswer::from).collect(),
        }
    }
}

impl From<Annotated> for AnnotatedAnswer {
    fn from(text: Annotated) -> AnnotatedAnswer {
        let sets = text.sets.into_iter();
        AnnotatedAnswer {
            post: text.post.id,
            from: text.post.from.name,
            text: text.post.text,
            revision: text.post.revision,
            tlp: text.post.tlp.name(),
            annotations: sets.map(AnnotationAnswer::from).collect(),
        }
    }
}

impl From<Label> for LabelAnswer {
    fn from(label: Label) -> LabelAnswer {
        LabelAnswer {
            id: label.id,
            name: label.name,
            colour: label.colour,
            key: label.key,
            kinds: label.kinds.iter().map(|kind| kind.name()).collect(),
        }
    }
}
