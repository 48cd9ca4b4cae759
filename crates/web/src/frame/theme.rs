//! Light or dark.

use axum::http::HeaderMap;

use super::{Words, cookie};

/// How a page looks; the style reads it from `data-theme`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Theme {
    /// As the system has it.
    System,
    Light,
    Dark,
    Contrast,
}

impl Theme {
    pub(crate) const ALL: [Theme; 4] = [Theme::System, Theme::Light, Theme::Dark, Theme::Contrast];

    /// What the cookie `theme` says.
    pub(super) fn of(headers: &HeaderMap) -> Theme {
        let chosen = cookie(headers, "theme").and_then(Theme::named);
        chosen.unwrap_or(Theme::System)
    }

    /// The theme of a [name](Theme::name).
    pub(crate) fn named(name: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// `system`, `light`, `dark` or `contrast`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Contrast => "contrast",
        }
    }

    pub(crate) fn word(self, words: &'static Words) -> &'static str {
        match self {
            Theme::System => words.theme_system,
            Theme::Light => words.theme_light,
            Theme::Dark => words.theme_dark,
            Theme::Contrast => words.theme_contrast,
        }
    }
}
