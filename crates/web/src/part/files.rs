//! The files of a post: pictures as such, others to be downloaded.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_store::Attachment;

use super::{attachment_link, visible};
use crate::attachment::is_picture;

/// Files.
#[derive(Clone, Default, Template)]
#[template(path = "part/files.html")]
pub(crate) struct Files {
    pictures: Vec<FileLink>,
    others: Vec<FileLink>,
}

#[derive(Clone)]
struct FileLink {
    name: String,
    href: String,
    size: String,
}

impl Files {
    pub(crate) fn new(attachments: &[Attachment]) -> Files {
        let (pictures, others) = attachments
            .iter()
            .partition::<Vec<_>, _>(|file| is_picture(&file.media));
        let links = |files: Vec<&Attachment>| files.into_iter().map(FileLink::from).collect();
        Files {
            pictures: links(pictures),
            others: links(others),
        }
    }
}

impl HtmlSafe for Files {}

impl From<&Attachment> for FileLink {
    fn from(file: &Attachment) -> FileLink {
        FileLink {
            name: visible(&file.name),
            href: attachment_link(file),
            size: size(file.body.size),
        }
    }
}

/// `12 kB`, `3.4 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_short() {
        let told = [999, 1_000, 999_999, 1_000_000, 10_450_000].map(super::size);
        assert_eq!(told, ["999 B", "1 kB", "999 kB", "1.0 MB", "10.4 MB"]);
    }
}
