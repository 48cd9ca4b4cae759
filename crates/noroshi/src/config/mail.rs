//! `[mail]`: how the hub sends mail.

use std::path::PathBuf;

use noroshi_deliver::MailSettings;
use noroshi_egress::{MailSecurity, MailServer};
use serde::Deserialize;

use super::secret;
use crate::outcome::usage;

/// `[mail]`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MailConfig {
    host: Option<String>,
    port: Option<u16>,
    security: Security,
    from: Option<String>,
    from_name: Option<String>,
    user: Option<String>,
    password: Option<String>,
    password_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Security {
    Tls,
    #[default]
    Starttls,
    Plain,
}

impl Security {
    fn usual_port(self) -> u16 {
        match self {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::Plain => 25,
        }
    }
}

impl MailConfig {
    /// How mail is sent; nothing where no server is named.
    pub(super) fn settings(&self) -> anyhow::Result<Option<MailSettings>> {
        let Some(host) = &self.host else {
            return Ok(None);
        };
        let Some(from) = &self.from else {
            return Err(usage(
                "mail.from: the address that mail is from is missing".to_owned(),
            ));
        };
        let password = secret(
            self.password.as_deref(),
            self.password_file.as_deref(),
            "mail.password",
        )?;
        let login = match (&self.user, password) {
            (Some(user), Some(password)) => Some((user.clone(), password.reveal().to_owned())),
            (None, None) => None,
            _ => {
                return Err(usage(
                    "mail.user and mail.password: both or none".to_owned(),
                ));
            }
        };
        Ok(Some(MailSettings {
            server: MailServer {
                host: host.clone(),
                port: self.port.unwrap_or(self.security.usual_port()),
                security: match self.security {
                    Security::Tls => MailSecurity::Tls,
                    Security::Starttls => MailSecurity::Starttls,
                    Security::Plain => MailSecurity::Plain,
                },
                login,
            },
            from: from.clone(),
            from_name: self.from_name.clone(),
        }))
    }
}
