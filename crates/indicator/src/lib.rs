//! What can be seen: observables, their canonical form, and their extraction from text.
//!
//! Pure: bytes and values in, values out. An [`Observable`] is a [`Kind`] and a canonical value;
//! two spellings of the same thing have equal observables. [`extract`] finds them in free text,
//! defanged or not, without rewriting the text.

mod canonical;
mod defang;
mod detect;
mod error;
pub mod extract;
mod kind;
mod observable;
mod prose;
mod refang;
mod relatives;
mod script;
mod suffix;
mod tlp;

pub use detect::Detected;
pub use error::{KindError, ParseError, TlpError};
pub use kind::Kind;
pub use observable::Observable;
pub use prose::{fold, tokens};
pub use refang::refang;
pub use tlp::Tlp;
