//! The only way out to the network: guarded HTTP, mail and DNS.
//!
//! [`Egress`] is the one type of the program that opens sockets outwards. A
//! request names its [`Purpose`]; the purpose's [`Policy`] says which schemes
//! and ports are open, how much and how long, and which private places the
//! administrator opened ([`HostPort`]). Then, for the first URL and every
//! redirect alike:
//!
//! 1. `target`: the URL is read by one parser, and its spelling, scheme, userinfo,
//!    host and port are checked; an address in it is judged by [`classify`].
//! 2. `resolve`: a name is looked up while connecting, every address that is
//!    not public is dropped, and what is left is dialled as it stands.
//! 3. `redirect`: a redirect is not followed by the HTTP client but comes back
//!    to step 1, without secrets once the origin has changed.
//! 4. `response`: head and body are held to the caps, the body while it
//!    streams, after decompression.
//!
//! There is no proxy from the environment, no cookie jar and no `Referer`.
//! What this cannot see is a route: an address that is public by its number but
//! leads into the administrator's own network is for the firewall.
//!
//! ```no_run
//! use noroshi_egress::{Egress, EgressConfig, EgressError, Purpose, Request};
//!
//! # async fn fetch() -> Result<(), EgressError> {
//! let mut config = EgressConfig::new("Noroshi/0.1");
//! if let Ok(place) = "misp.example:8443".parse() {
//!     config.allow(Purpose::Feed, place);
//! }
//! let egress = Egress::new(config)?;
//! let request = Request::get("https://feeds.example/list.csv").if_none_match("\"v1\"");
//! let response = egress.send(Purpose::Feed, request).await?;
//! if !response.is_not_modified() {
//!     let etag = response.etag().map(str::to_owned);
//!     let mut file = Vec::new();
//!     let bytes = response.copy_to(&mut file).await?;
//! }
//! # Ok(())
//! # }
//! ```

mod address;
mod allow;
mod client;
mod dial;
mod encoding;
mod error;
mod failure;
mod mail;
mod policy;
mod purpose;
mod rate_limit;
mod redact;
mod redirect;
mod request;
mod resolve;
mod response;
mod retry_after;
mod socket;
mod target;

pub use address::{Class, classify};
pub use allow::{HostPort, HostPortError};
pub use client::{Egress, EgressConfig};
pub use error::{EgressError, Phase};
pub use mail::{Mail, MailAnswer, MailError, MailSecurity, MailServer};
pub use policy::Policy;
pub use purpose::Purpose;
pub use redact::{RedactedUrl, Redactor};
pub use request::Request;
pub use resolve::{Answer, Resolve, SystemResolver};
pub use response::Response;
pub use retry_after::RetryAfter;
pub use socket::WebSocket;
