//! Fetches a body over HTTP, if it has changed.

use http::StatusCode;
use noroshi_egress::{Purpose, Request, Response};
use noroshi_store::{BatchState, Reader, now};

use super::body::{Body, Kept, Validators};
use super::spool::Spool;
use super::{CollectError, Run};
use crate::keys::{Secret, key_variable};
use crate::recipe::{FeedRequest, RequestError};

impl Run<'_> {
    pub(super) async fn fetch(&self) -> Result<Body, CollectError> {
        let key = self.options.key.as_ref().map(Secret::reveal);
        let requests = self.recipe.requests(now(), key);
        let requests = requests.map_err(|error| self.unaskable(error))?;
        let conditional = !self.options.fresh && self.is_whole().await?;
        let mut missing = None;
        for request in &requests {
            let response = self.ask(request, conditional).await?;
            match response.status() {
                StatusCode::NOT_MODIFIED if conditional => return Ok(Body::NotModified),
                StatusCode::OK => return self.take(response).await,
                // The file of a month appears with a delay; the one before is there.
                StatusCode::NOT_FOUND => missing = Some(refused(&response)),
                _ => return Err(refused(&response)),
            }
        }
        Err(missing.unwrap_or_else(|| CollectError::Internal("nothing to ask for".to_owned())))
    }

    /// Whether the last body went in whole. If not, what we have is not what the validators speak of.
    async fn is_whole(&self) -> Result<bool, CollectError> {
        let source = Some(self.source.name.as_str());
        let operator = Reader::operator();
        let last = self.store.batches(&operator, source, None, 1).await?;
        Ok(last
            .first()
            .is_some_and(|batch| batch.state == BatchState::Complete))
    }

    async fn ask(&self, feed: &FeedRequest, conditional: bool) -> Result<Response, CollectError> {
        let mut request = Request::get(feed.url()).max_body(self.options.max_body);
        for secret in feed.secrets() {
            request = request.secret(&secret);
        }
        if let Some((name, value)) = feed.header() {
            request = request.secret_header(name, value);
        }
        if conditional {
            if let Some(etag) = &self.source.etag {
                request = request.if_none_match(etag);
            }
            if let Some(date) = &self.source.last_modified {
                request = request.if_modified_since(date);
            }
        }
        Ok(self.egress.send(Purpose::Feed, request).await?)
    }

    async fn take(&self, mut response: Response) -> Result<Body, CollectError> {
        let validators = Validators {
            etag: response.etag().map(str::to_owned),
            last_modified: response.last_modified().map(str::to_owned),
        };
        let spool = Spool::start(self.store, self.options.max_body)?;
        while let Some(part) = response.chunk().await? {
            if !spool.add(part).await {
                break;
            }
        }
        let blob = spool.finish().await?;
        Ok(Body::Kept(Kept {
            validators,
            ..Kept::whole(blob)
        }))
    }

    pub(crate) fn unaskable(&self, error: RequestError) -> CollectError {
        let name = &self.recipe.name;
        match error {
            RequestError::NoKey | RequestError::BadKey(_) => {
                CollectError::Key(error, name.clone(), key_variable(name))
            }
            RequestError::Command | RequestError::Stream => CollectError::Request(error),
        }
    }
}

fn refused(response: &Response) -> CollectError {
    CollectError::Status {
        url: response.shown_url().to_string(),
        status: response.status(),
        said: None,
        retry_after: response.retry_after(),
    }
}
