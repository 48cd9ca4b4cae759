//! Who sends.

use std::sync::Arc;

use noroshi_egress::{Egress, MailServer};
use noroshi_store::{Delivery, DeliveryKind, Reader, Result, Store, now};

use crate::message::Message;
use crate::sheet::Sheet;
use crate::{address, kind};

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The server that takes it.
    pub server: MailServer,
    /// Whom it is from: an address.
    pub from: String,
    /// The name beside that address.
    pub from_name: Option<String>,
}

impl MailSettings {
    /// The domain of the sender, which is that of identifiers too.
    pub(crate) fn domain(&self) -> &str {
        let domain = self.from.rsplit_once('@').map(|(_, domain)| domain);
        domain.unwrap_or("noroshi.invalid")
    }
}

/// Sends what is to be delivered. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    pub(crate) store: Store,
    pub(crate) egress: Egress,
    pub(crate) mail: Option<Arc<MailSettings>>,
    /// The hub's own address, without a slash behind.
    pub(crate) hub: Arc<str>,
}

impl Courier {
    /// `hub` is the address under which people reach the hub: links in messages lead there.
    pub fn new(store: Store, egress: Egress, mail: Option<MailSettings>, hub: &str) -> Courier {
        Courier {
            store,
            egress,
            mail: mail.map(Arc::new),
            hub: hub.trim_end_matches('/').into(),
        }
    }

    /// Whether mail can be sent.
    pub fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// Sends a test on a channel, by the way that everything goes, and tells how that ended. It is not tried again.
    pub async fn test(&self, reader: &Reader, channel: i64) -> Result<Delivery> {
        let delivery = self.store.begin_test(reader, channel).await?;
        self.carry_out(delivery).await
    }

    /// Puts a hand-over sheet on its way.
    pub async fn hand_over(
        &self,
        reader: &Reader,
        channel: i64,
        sheet: &Sheet,
    ) -> Result<Delivery> {
        let channel = self.store.channel(reader, channel).await?;
        let secret = self.store.channel_secret(channel.id).await?;
        let address = address::address(channel.kind, &channel.config, secret.as_deref());
        let body = |key: &str| {
            let message = Message::new(&channel, &self.hub, DeliveryKind::Sheet, key, now());
            let message = message.sheet(sheet);
            address
                .as_ref()
                .and_then(|address| kind::body(&channel, address, self.mail.as_deref(), &message))
                .unwrap_or_default()
        };
        self.store.add_sheet(reader, channel.id, body).await
    }
}
