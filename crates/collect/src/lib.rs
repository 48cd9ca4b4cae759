//! Gets it: recipes, schedule, fetching, external collectors.

pub mod drive;
mod ensure;
mod group;
mod keys;
pub mod recipe;
mod run;
mod schedule;
mod stop;
mod stream;

pub use ensure::{ensure_source, ensure_sources, offer_sources};
pub use group::ProcessGroup;
pub use keys::{Keys, Secret, key_variable};
pub use run::{CollectError, Failure, MAX_BODY, Options, Origin, Receipt, Sessions, collect};
pub use schedule::Schedule;
pub use stop::{Stop, Stopper, stop};
