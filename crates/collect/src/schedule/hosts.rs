//! Which host a recipe asks, so that none is asked by two runs at once.

use crate::recipe::Recipe;

/// The host of the recipe's URL, or the command itself: one command is not run twice at once either.
pub(super) fn host(recipe: &Recipe) -> String {
    match (&recipe.url, &recipe.command) {
        (Some(url), _) => of_url(url).to_ascii_lowercase(),
        (None, Some(command)) => command.first().cloned().unwrap_or_default(),
        (None, None) => match &recipe.stream {
            Some(stream) => of_url(&stream.url).to_ascii_lowercase(),
            None => recipe.name.clone(),
        },
    }
}

fn of_url(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_urls() {
        for (url, host) in [
            ("https://feeds.example/a/{key}.csv", "feeds.example"),
            ("http://feeds.example:8080?x=/", "feeds.example:8080"),
            ("https://[2001:db8::1]:443#x", "[2001:db8::1]:443"),
        ] {
            assert_eq!(of_url(url), host);
        }
    }
}
