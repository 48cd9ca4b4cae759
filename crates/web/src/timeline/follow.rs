//! What an open page follows: it says so in a word, and hears which rows there are.

use noroshi_store::{Error, HitFilter, HitState, Store, Timeline};

use crate::frame::Frame;
use crate::problem::Problem;

/// The newest rows that an open page is told of. One that lacks more starts anew.
const ROWS: usize = 50;

/// What an open page follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    Timeline(Timeline),
    Thread(i64),
    /// The open hits of a hunt.
    Hunt(i64),
}

impl Followed {
    /// What a page calls `home`, `everyone`, `mentions`, `tag:…`, `account:…`, `list:OWNER/NAME`,
    /// `thread:…` or `hunt:…`.
    pub(crate) fn named(name: &str, account: i64) -> Option<Followed> {
        let timeline = match name.split_once(':') {
            None => match name {
                "home" => Timeline::Home(account),
                "everyone" => Timeline::Everyone,
                "mentions" => Timeline::To(account),
                _ => return None,
            },
            Some(("tag", tag)) => Timeline::Tag(tag.to_owned()),
            Some(("account", name)) => Timeline::Account(name.to_owned()),
            Some(("list", list)) => {
                let (owner, name) = list.split_once('/')?;
                Timeline::List(owner.to_owned(), name.to_owned())
            }
            Some(("hunt", id)) => return Some(Followed::Hunt(id.parse().ok()?)),
            Some(("thread", id)) => return Some(Followed::Thread(id.parse().ok()?)),
            Some(_) => return None,
        };
        Some(Followed::Timeline(timeline))
    }

    /// The numbers of its newest rows, newest first, as far as the reader may see them.
    pub(crate) async fn rows(&self, store: &Store, account: i64) -> Result<Vec<i64>, Error> {
        let reader = noroshi_store::Reader::account(account);
        match self {
            Followed::Timeline(timeline) => store.newest_rows(&reader, timeline, ROWS).await,
            Followed::Hunt(id) => {
                store.hunt(&reader, *id).await?;
                let open = HitFilter {
                    hunt: Some(*id),
                    state: Some(HitState::Open),
                    assignee: None,
                };
                let page = store.hit_page(&reader, open, None, ROWS).await?;
                Ok(page.hits.iter().map(|hit| hit.id).collect())
            }
            Followed::Thread(id) => {
                let answers = store.post_answers(&reader, *id).await?;
                let newest = answers.iter().rev().filter(|post| post.deleted.is_none());
                Ok(newest.take(ROWS).map(|post| post.id).collect())
            }
        }
    }

    /// Whether its rows come without a change of their own.
    pub(crate) fn is_found_later(&self) -> bool {
        matches!(self, Followed::Hunt(_))
    }

    /// As [`Followed::named`], and there for this reader.
    pub(crate) async fn asked(
        name: &str,
        frame: &Frame,
        store: &Store,
    ) -> Result<Followed, Problem> {
        let nothing = || Problem::bad_request("there is no such timeline");
        let followed = Followed::named(name, frame.account.id).ok_or_else(nothing)?;
        if let Followed::Timeline(Timeline::Account(name)) = &followed {
            crate::account::seen(store, frame, name).await?;
        }
        followed.rows(store, frame.account.id).await?;
        Ok(followed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_what_it_follows() {
        let timeline = |name| match Followed::named(name, 7) {
            Some(Followed::Timeline(timeline)) => Some(timeline),
            _ => None,
        };
        assert_eq!(timeline("home"), Some(Timeline::Home(7)));
        assert_eq!(timeline("tag:a:b"), Some(Timeline::Tag("a:b".to_owned())));
        let list = Timeline::List("ann".to_owned(), "a".to_owned());
        assert_eq!(timeline("list:ann/a"), Some(list));
        assert_eq!(Followed::named("thread:5", 7), Some(Followed::Thread(5)));
        assert_eq!(Followed::named("hunt:5", 7), Some(Followed::Hunt(5)));
        for nothing in ["", "starred", "list:ann", "thread:x", "other:a"] {
            assert_eq!(Followed::named(nothing, 7), None, "{nothing}");
        }
    }
}
