//! What the columns of feeds (RSS, Atom, JSON Feed) mean, where a recipe does not say otherwise.

use super::fields::{ColumnText, TagText};
use super::item_keys::{AuthorKeys, AuthorText, ItemKeys, Texts};

/// Fills in what is not said.
pub(super) fn fill(keys: &mut ItemKeys) {
    let usual = |key: &mut Option<String>, column: &str| {
        key.get_or_insert_with(|| column.to_owned());
    };
    usual(&mut keys.key, "id");
    usual(&mut keys.title, "title");
    usual(&mut keys.url, "link");
    usual(&mut keys.language, "language");
    usual(&mut keys.published, "published");
    usual(&mut keys.updated, "updated");
    if keys.text == Texts::None {
        keys.text = Texts::One("text".to_owned());
    }
    if keys.tags.is_empty() {
        keys.tags = vec![TagText::Column(ColumnText("categories".to_owned()))];
        keys.tag_separator.get_or_insert_default();
    }
    keys.author.get_or_insert_with(|| {
        AuthorText::Keys(AuthorKeys {
            name: Some("author".to_owned()),
            handle: None,
            url: Some("author_url".to_owned()),
        })
    });
}
