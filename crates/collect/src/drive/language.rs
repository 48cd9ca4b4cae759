//! Wishes in the languages of the services.

use super::{Asked, Wish, Word};
use crate::recipe::Dialect;

/// Characters of one question to X's recent search.
/// <https://docs.x.com/x-api/posts/search/integrate/build-a-query>
const X_CHARS: usize = 512;

/// Reposts bring the same text again.
const X_BEHIND: &str = " -is:retweet";

/// Characters of one question elsewhere.
const CHARS: usize = 256;

pub(super) fn written(language: Dialect, wishes: &[Wish]) -> Asked {
    match language {
        Dialect::X => x(wishes),
        Dialect::Bluesky => each(wishes, |wish| Some(joined(wish))),
        Dialect::Tag => each(wishes, tag),
        Dialect::Local => Asked::default(),
    }
}

/// A question a wish.
fn each(wishes: &[Wish], write: impl Fn(&Wish) -> Option<String>) -> Asked {
    let mut asked = Asked::default();
    for wish in wishes {
        match write(wish).filter(|text| text.chars().count() <= CHARS) {
            None => asked.left_out += 1,
            Some(question) if asked.questions.contains(&question) => {}
            Some(question) => asked.questions.push(question),
        }
    }
    asked
}

/// As many wishes as fit a question.
fn x(wishes: &[Wish]) -> Asked {
    let mut asked = Asked::default();
    let mut gathered: Vec<String> = Vec::new();
    for wish in wishes {
        let text = joined(wish);
        if x_chars(std::slice::from_ref(&text)) > X_CHARS {
            asked.left_out += 1;
            continue;
        }
        gathered.push(text);
        if x_chars(&gathered) > X_CHARS {
            let last = gathered.pop();
            asked.questions.push(x_question(&gathered));
            gathered = last.into_iter().collect();
        }
    }
    if !gathered.is_empty() {
        asked.questions.push(x_question(&gathered));
    }
    asked
}

fn x_question(wishes: &[String]) -> String {
    let grouped = |wish: &String| match is_one(wish) {
        true => wish.clone(),
        false => format!("({wish})"),
    };
    match wishes {
        [one] => format!("{}{X_BEHIND}", grouped(one)),
        many => {
            let many: Vec<String> = many.iter().map(grouped).collect();
            format!("({}){X_BEHIND}", many.join(" OR "))
        }
    }
}

fn x_chars(wishes: &[String]) -> usize {
    x_question(wishes).chars().count()
}

/// Whether it is one word or one phrase.
fn is_one(text: &str) -> bool {
    !text.contains(' ')
        || (text.starts_with('"') && text.matches('"').count() == 2 && text.ends_with('"'))
}

/// All words of a wish; what might be taken for an operator stands in quotes.
fn joined(wish: &Wish) -> String {
    let words = wish.0.iter().map(|word| match word {
        Word::Tag(tag) if is_tag(tag) => format!("#{tag}"),
        Word::Word(word) if is_plain(word) => word.clone(),
        other => {
            let text = other.text().replace(['"', '\\'], " ");
            let text: Vec<&str> = text.split_whitespace().collect();
            format!("\"{}\"", text.join(" "))
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_plain(word: &str) -> bool {
    word.chars().all(char::is_alphanumeric) && !matches!(word, "OR" | "AND" | "NOT")
}

/// The tag to follow: one that is asked for, or a word that can be one.
fn tag(wish: &Wish) -> Option<String> {
    let asked_for = wish.0.iter().find(|word| matches!(word, Word::Tag(_)));
    let mut words = asked_for.into_iter().chain(&wish.0);
    words.find_map(|word| {
        let tag = word.text().replace('-', "_");
        is_tag(&tag).then_some(tag)
    })
}

/// Letters, digits and underscores, not digits alone.
fn is_tag(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_') && text.chars().any(char::is_alphabetic)
}
