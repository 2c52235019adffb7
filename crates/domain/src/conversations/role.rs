/// What somebody may do in a conversation. In a pair both are members; a group has one owner, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reads, writes, and may leave.
    Member,
    /// Adds people, removes members, and changes what the group is called.
    Admin,
    /// Gives the roles, and removes anybody else.
    Owner,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Member, Self::Admin, Self::Owner];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Member => 1,
            Self::Admin => 2,
            Self::Owner => 3,
        }
    }

    /// The role stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// What clients see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Whether this one may add people, and change the title and what joining members see.
    #[must_use]
    pub const fn manages(self) -> bool {
        matches!(self, Self::Admin | Self::Owner)
    }

    /// Whether this one may remove somebody else of that role.
    #[must_use]
    pub const fn may_remove(self, other: Self) -> bool {
        match self {
            Self::Owner => !matches!(other, Self::Owner),
            Self::Admin => matches!(other, Self::Member),
            Self::Member => false,
        }
    }

    /// Whether this one may give others their roles.
    #[must_use]
    pub const fn appoints(self) -> bool {
        matches!(self, Self::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_code(0), None);
    }

    #[test]
    fn each_role_may_what_the_table_says() {
        use Role::{Admin, Member, Owner};
        for (role, manages, removes, appoints) in [
            (Member, false, &[][..], false),
            (Admin, true, &[Member], false),
            (Owner, true, &[Member, Admin], true),
        ] {
            assert_eq!(role.manages(), manages);
            assert_eq!(role.appoints(), appoints);
            for other in Role::ALL {
                assert_eq!(
                    role.may_remove(other),
                    removes.contains(&other),
                    "{role:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn nobody_removes_somebody_of_their_own_rank_or_above() {
        for role in Role::ALL {
            for other in Role::ALL.into_iter().filter(|other| *other >= role) {
                assert!(!role.may_remove(other), "{role:?} {other:?}");
            }
        }
    }
}
