//! How much the sources share, as a picture and as a table.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::OverlapSource;

use crate::frame::{Frame, fill, render};
use crate::part::source_link;
use crate::problem::Problem;
use crate::state::AppState;

/// Side of a square of the picture.
const SIDE: usize = 20;
/// Where the squares begin: names stand before them, numbers above them.
const LEFT: usize = 200;
const TOP: usize = 20;

#[derive(Template)]
#[template(path = "overlap.html")]
struct OverlapPage {
    frame: Frame,
    lines: Vec<Line>,
    squares: Vec<Square>,
    cut: bool,
}

struct Line {
    number: usize,
    name: String,
    href: String,
    sample: u64,
    /// Where its name stands in the picture.
    y: usize,
    /// Where its number stands above.
    x: usize,
    shares: Vec<u64>,
}

struct Square {
    x: usize,
    y: usize,
    /// `0.25`: how dark it is.
    depth: String,
    text: String,
}

impl OverlapPage {
    fn width(&self) -> usize {
        LEFT + SIDE * self.lines.len()
    }

    fn height(&self) -> usize {
        TOP + SIDE * self.lines.len()
    }

    fn side(&self) -> usize {
        SIDE
    }
}

/// Hundredths of a source's sample that another one lists too.
fn shares(source: &OverlapSource) -> Vec<u64> {
    let whole = source.sample.max(1);
    source
        .shared
        .iter()
        .map(|both| both * 100 / whole)
        .collect()
}

/// All sources that the reader may see, against each other.
#[utoipa::path(get, path = "/sources/overlap", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let overlap = state.store.overlap(&frame.reader()).await?;
    let names: Vec<&str> = overlap
        .sources
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let mut squares = Vec::new();
    let mut lines = Vec::new();
    for (row, source) in overlap.sources.iter().enumerate() {
        let shares = shares(source);
        for (column, share) in shares.iter().enumerate() {
            let Some(other) = names.get(column).filter(|_| *share > 0 && row != column) else {
                continue;
            };
            let text = fill(
                frame.words.overlap_square,
                &[("n", share), ("a", &source.name), ("b", other)],
            );
            squares.push(Square {
                x: LEFT + SIDE * column,
                y: TOP + SIDE * row,
                depth: format!("{}.{:02}", share / 100, share % 100),
                text,
            });
        }
        lines.push(Line {
            number: row + 1,
            href: source_link(&source.name),
            name: source.name.clone(),
            sample: source.sample,
            y: TOP + SIDE * row + 14,
            x: LEFT + SIDE * row + 4,
            shares,
        });
    }
    let page = OverlapPage {
        cut: overlap.cut,
        frame,
        lines,
        squares,
    };
    render(StatusCode::OK, &page)
}
