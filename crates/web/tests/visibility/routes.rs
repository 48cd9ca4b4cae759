//! Every route and how it is held against the model.

use crate::asker::Asker;

/// What to check of a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Check {
    Search,
    Lookup,
    Bulk,
    Sources,
    Source,
    ChangeSource,
    Batches,
    Batch,
    BadRows,
    RollBack,
    Changes,
    Me,
    Accounts,
    AddAccount,
    AddOrganisation,
    AddAudience,
    Keys,
    AddKey,
    RevokeKey,
    Audit,
    /// Says the same to everybody.
    Public,
    Home,
    SignIn,
    SignOut,
}

/// Every route there is.
pub(crate) const TABLE: [(&str, &str, Check); 26] = [
    ("GET", "/api/v1/search", Check::Search),
    ("GET", "/api/v1/lookup/{*value}", Check::Lookup),
    ("POST", "/api/v1/lookup", Check::Bulk),
    ("GET", "/api/v1/sources", Check::Sources),
    ("GET", "/api/v1/sources/{name}", Check::Source),
    ("PATCH", "/api/v1/sources/{name}", Check::ChangeSource),
    ("GET", "/api/v1/batches", Check::Batches),
    ("GET", "/api/v1/batches/{id}", Check::Batch),
    ("GET", "/api/v1/batches/{id}/bad", Check::BadRows),
    ("POST", "/api/v1/batches/{id}/rollback", Check::RollBack),
    ("GET", "/api/v1/changes", Check::Changes),
    ("GET", "/api/v1/me", Check::Me),
    ("GET", "/api/v1/accounts", Check::Accounts),
    ("POST", "/api/v1/accounts", Check::AddAccount),
    ("POST", "/api/v1/organisations", Check::AddOrganisation),
    ("POST", "/api/v1/audiences", Check::AddAudience),
    ("GET", "/api/v1/keys", Check::Keys),
    ("POST", "/api/v1/keys", Check::AddKey),
    ("DELETE", "/api/v1/keys/{id}", Check::RevokeKey),
    ("GET", "/api/v1/audit", Check::Audit),
    ("GET", "/healthz", Check::Public),
    ("GET", "/api/v1/openapi.json", Check::Public),
    ("GET", "/assets/style.css", Check::Public),
    ("GET", "/", Check::Home),
    ("POST", "/sign-in", Check::SignIn),
    ("POST", "/sign-out", Check::SignOut),
];

impl Check {
    /// Those that tell of statements, to be asked again after a change.
    pub(crate) const OF_STATEMENTS: [Check; 9] = [
        Check::Search,
        Check::Lookup,
        Check::Bulk,
        Check::Sources,
        Check::Source,
        Check::Batches,
        Check::Batch,
        Check::Changes,
        Check::Home,
    ];

    pub(crate) async fn run(self, asker: &Asker<'_>) {
        match self {
            Check::Search => asker.search().await,
            Check::Lookup => asker.lookup().await,
            Check::Bulk => asker.bulk().await,
            Check::Sources => asker.sources().await,
            Check::Source => asker.source().await,
            Check::ChangeSource => asker.change_source().await,
            Check::Batches => asker.batches().await,
            Check::Batch => asker.batch().await,
            Check::BadRows => asker.bad_rows().await,
            Check::RollBack => asker.roll_back().await,
            Check::Changes => asker.changes().await,
            Check::Me => asker.me().await,
            Check::Accounts => asker.managing("GET", "/api/v1/accounts").await,
            Check::AddAccount => asker.managing("POST", "/api/v1/accounts").await,
            Check::AddOrganisation => asker.managing("POST", "/api/v1/organisations").await,
            Check::AddAudience => asker.managing("POST", "/api/v1/audiences").await,
            Check::Keys | Check::AddKey => asker.keys().await,
            Check::RevokeKey => asker.revoke_key().await,
            Check::Audit => asker.managing("GET", "/api/v1/audit").await,
            Check::Public => asker.public().await,
            Check::Home => asker.home().await,
            Check::SignIn | Check::SignOut => drop(asker.session().await),
        }
    }
}
