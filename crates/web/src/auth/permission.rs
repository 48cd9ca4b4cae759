//! Which scopes a role can have at all.

use noroshi_store::{Role, Scope};

/// Of the scopes that a key has, those that its account's role allows.
pub(crate) fn granted(role: Role, scopes: &[Scope]) -> Vec<Scope> {
    let allowed: &[Scope] = match role {
        Role::Admin => &[Scope::Read, Scope::Write, Scope::Admin],
        Role::Analyst | Role::Bot => &[Scope::Read, Scope::Write],
        Role::Reader => &[Scope::Read],
    };
    let both = allowed.iter().filter(|scope| scopes.contains(scope));
    both.copied().collect()
}

/// Undoing a collection is a person's decision.
pub(crate) fn may_roll_back(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Analyst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_worth_no_more_than_its_account() {
        let all = [Scope::Admin, Scope::Read, Scope::Write];
        assert_eq!(granted(Role::Reader, &all), [Scope::Read]);
        assert_eq!(granted(Role::Bot, &all), [Scope::Read, Scope::Write]);
        assert_eq!(granted(Role::Analyst, &all), [Scope::Read, Scope::Write]);
        assert_eq!(granted(Role::Admin, &all).len(), 3);
        assert_eq!(granted(Role::Admin, &[Scope::Write]), [Scope::Write]);
        assert!(granted(Role::Reader, &[Scope::Admin]).is_empty());
    }
}
