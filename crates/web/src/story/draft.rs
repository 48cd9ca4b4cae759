//! A story while it is being written, as its form sends it: the parts in order, what is to be added, and
//! which button was pressed.

use noroshi_indicator::Tlp;
use noroshi_store::{MOST_PARTS, Part, Story, StoryDraft};

use crate::problem::Problem;

/// Fields of a form with the most parts.
const MOST_FIELDS: usize = MOST_PARTS + 20;

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) audience: Option<String>,
    pub(super) tlp: Option<Tlp>,
    /// The version that it follows; nothing for a new story.
    pub(super) version: Option<i64>,
    pub(super) parts: Vec<Part>,
    /// Words among the posts to add that name none.
    pub(super) unread: Vec<String>,
    /// Posts that were just added, and may not be there.
    pub(super) added: Vec<i64>,
}

/// The button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Save,
    /// Shows the form again.
    Show,
}

impl Draft {
    pub(super) fn of(story: &Story) -> Draft {
        Draft {
            title: story.title.clone(),
            audience: Some(story.audience.clone()),
            tlp: Some(story.tlp),
            version: Some(story.version),
            parts: story.parts.clone(),
            ..Draft::default()
        }
    }

    /// Reads what was sent, and does what the button says.
    pub(super) fn read(fields: Vec<(String, String)>) -> Result<(Draft, Act), Problem> {
        if fields.len() > MOST_FIELDS {
            let detail = format!("a story has at most {MOST_PARTS} parts");
            return Err(Problem::bad_request(detail));
        }
        let mut draft = Draft::default();
        let mut pressed = String::from("save");
        let mut adding = Vec::new();
        for (name, value) in fields {
            match name.as_str() {
                "title" => draft.title = value.trim().to_owned(),
                "audience" => draft.audience = Some(value).filter(|name| !name.is_empty()),
                "tlp" => draft.tlp = value.parse().ok(),
                "version" => draft.version = value.parse().ok(),
                "post" => draft.parts.extend(value.parse().ok().map(Part::Post)),
                "heading" => draft.parts.push(Part::Heading(value.trim().to_owned())),
                "note" => draft.parts.push(Part::Note(lines(&value))),
                "add_heading" if !value.trim().is_empty() => {
                    adding.push(Part::Heading(value.trim().to_owned()));
                }
                "add_note" if !value.trim().is_empty() => adding.push(Part::Note(lines(&value))),
                "add_post" => draft.take(&value, &mut adding),
                "do" => pressed = value,
                _ => {}
            }
        }
        let act = draft.press(&pressed);
        draft.parts.extend(adding);
        Ok((draft, act))
    }

    /// Posts to add, by numbers or links with spaces between them.
    fn take(&mut self, text: &str, adding: &mut Vec<Part>) {
        for word in text.split([' ', '\t', '\r', '\n', ',', '\u{3000}', '\u{3001}']) {
            match post_number(word) {
                Some(id) => {
                    let part = Part::Post(id);
                    if !self.parts.contains(&part) && !adding.contains(&part) {
                        self.added.push(id);
                        adding.push(part);
                    }
                }
                None if word.is_empty() => {}
                None => self.unread.push(word.to_owned()),
            }
        }
    }

    fn press(&mut self, button: &str) -> Act {
        let (word, number) = button.split_once('-').unwrap_or((button, ""));
        let at: Option<usize> = number.parse().ok();
        let there = |at: &usize| *at < self.parts.len();
        match (word, at.filter(there)) {
            ("save", _) => return Act::Save,
            ("up", Some(at)) if at > 0 => self.parts.swap(at - 1, at),
            ("down", Some(at)) if at + 1 < self.parts.len() => self.parts.swap(at, at + 1),
            ("remove", Some(at)) => drop(self.parts.remove(at)),
            _ => {}
        }
        Act::Show
    }

    /// Takes a post out again that turned out not to be there.
    pub(super) fn forget(&mut self, id: i64) {
        self.parts.retain(|part| *part != Part::Post(id));
    }

    pub(super) fn to_save(&self) -> StoryDraft {
        StoryDraft {
            title: self.title.clone(),
            audience: self.audience.clone(),
            tlp: self.tlp,
            parts: self.parts.clone(),
        }
    }
}

/// Browsers send line ends of two characters.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

/// The post that a number or a link names: `12`, `#12`, `/post/12`, `https://hub.example/post/12#x`.
pub(super) fn post_number(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = match text.rsplit_once("/post/") {
        Some((_, rest)) => rest.split(['?', '#', '/']).next()?,
        None => text.strip_prefix('#').unwrap_or(text),
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> (Draft, Act) {
        let owned = fields
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Draft::read(owned.collect()).unwrap()
    }

    #[test]
    fn a_post_is_named_by_number_or_link() {
        for (text, expected) in [
            ("12", Some(12)),
            (" #12 ", Some(12)),
            ("/post/12", Some(12)),
            ("https://hub.example/post/12?a=/x#y", Some(12)),
            ("/post/12/", Some(12)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("99999999999999999999", None),
            ("/post/", None),
            ("twelve", None),
        ] {
            assert_eq!(post_number(text), expected, "{text}");
        }
    }

    #[test]
    fn buttons_move_take_out_and_add() {
        let parts = [("post", "1"), ("heading", " a "), ("note", "b\r\nc\r\n")];
        let (post, heading) = (Part::Post(1), Part::Heading("a".to_owned()));
        let note = Part::Note("b\nc".to_owned());
        let all = [post.clone(), heading.clone(), note.clone()];
        for (button, act, expected) in [
            ("save", Act::Save, all.to_vec()),
            ("add", Act::Show, all.to_vec()),
            ("up-0", Act::Show, all.to_vec()),
            ("down-2", Act::Show, all.to_vec()),
            ("up-9", Act::Show, all.to_vec()),
            ("remove--1", Act::Show, all.to_vec()),
            (
                "up-1",
                Act::Show,
                vec![heading.clone(), post.clone(), note.clone()],
            ),
            (
                "down-1",
                Act::Show,
                vec![post.clone(), note.clone(), heading.clone()],
            ),
            ("remove-0", Act::Show, vec![heading.clone(), note.clone()]),
        ] {
            let mut fields = parts.to_vec();
            fields.push(("do", button));
            let (draft, pressed) = read(&fields);
            assert_eq!((draft.parts, pressed), (expected, act), "{button}");
        }
        let more = [
            ("add_post", "1, #2 /post/3\u{3000}x 2"),
            ("add_heading", "h"),
            ("add_note", " "),
        ];
        let fields: Vec<_> = parts.into_iter().chain(more).collect();
        let (draft, act) = read(&fields);
        assert_eq!(act, Act::Save, "Enter in a field saves");
        let added = [Part::Post(2), Part::Post(3), Part::Heading("h".to_owned())];
        assert_eq!(draft.parts[3..], added);
        assert_eq!(
            (draft.added, draft.unread),
            (vec![2, 3], vec!["x".to_owned()])
        );
    }

    #[test]
    fn no_form_holds_more_than_a_story() {
        let field = ("post".to_owned(), "1".to_owned());
        assert!(Draft::read(vec![field.clone(); MOST_FIELDS]).is_ok());
        assert!(Draft::read(vec![field; MOST_FIELDS + 1]).is_err());
    }
}
