//! Every column that rests under the master key. A column that is not here would be lost with the first key that is destroyed:
//! the store's tests compare this list with the schema.

use crate::ports::{Binding, SealPurpose};

/// Declares the columns: code, purpose, table and column, and the place that the values are bound to if it is another one.
/// Never change a code; add new ones at the end.
macro_rules! sealed_columns {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal: $purpose:ident, $table:literal . $column:literal
        $(, bound as $bound_table:literal . $bound_column:literal)?;
    )+) => {
        /// A column whose values are sealed under the master key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SealedColumn {
            $($(#[$doc])* $name,)+
        }

        impl SealedColumn {
            /// All of them, in the order in which they are counted and sealed anew: what moves to another table comes before
            /// the place it moves to, so that nobody who goes through them misses it on its way.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The value that stands for it in the database.
            #[must_use]
            pub const fn code(self) -> i16 {
                match self { $(Self::$name => $code,)+ }
            }

            /// The column that this value stands for.
            #[must_use]
            pub const fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }

            /// The table it is in.
            #[must_use]
            pub const fn table(self) -> &'static str {
                match self { $(Self::$name => $table,)+ }
            }

            /// Its name in that table.
            #[must_use]
            pub const fn column(self) -> &'static str {
                match self { $(Self::$name => $column,)+ }
            }

            /// The place that its values are bound to: its own, but for what will move to another table as it is.
            const fn bound_as(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => sealed_columns!(
                        @bound $table $column $(, $bound_table $bound_column)?
                    ),)+
                }
            }

            /// What its values are sealed for.
            #[must_use]
            pub const fn purpose(self) -> SealPurpose {
                match self { $(Self::$name => SealPurpose::$purpose,)+ }
            }
        }
    };
    (@bound $table:literal $column:literal) => { ($table, $column) };
    (@bound $table:literal $column:literal, $bound_table:literal $bound_column:literal) => {
        ($bound_table, $bound_column)
    };
}

sealed_columns! {
    /// The installation's own secrets: canary, pepper, token-signing key, root of the MACs, epoch of the inbox.
    InstallationSecret = 1: Server, "installation_secrets"."sealed";
    /// Private halves of data keys.
    DataKey = 2: Server, "data_keys"."sealed_private";
    /// Keys of conversations.
    ConversationKey = 3: Conversation, "conversations"."sealed_key";
    /// Keys of files that are yet to come; bound as they will be.
    UploadKey = 15: File, "uploads"."sealed_key", bound as "files"."sealed_key";
    /// Their names; the same.
    UploadName = 16: File, "uploads"."sealed_name", bound as "files"."sealed_name";
    /// Their media types; the same.
    UploadType = 17: File, "uploads"."sealed_type", bound as "files"."sealed_type";
    /// Keys of files.
    FileKey = 4: File, "files"."sealed_key";
    /// Names of files.
    FileName = 5: File, "files"."sealed_name";
    /// Media types of files.
    FileType = 6: File, "files"."sealed_type";
    /// Secrets of authenticators.
    TotpSecret = 7: Totp, "totp_factors"."sealed_secret";
    /// Key backups.
    KeyBackup = 8: KeyBackup, "key_backups"."sealed_content";
    /// Mails that wait to be sent.
    Mail = 9: Outbox, "mail_outbox"."payload";
    /// Answers that are kept for those who repeat their request.
    Answer = 10: Answer, "idempotency_keys"."sealed_answer";
    /// What opens custodial keys; under its opener's key inside.
    CustodialOpener = 11: UserKey, "custodial_key_openers"."sealed";
    /// Keys of secure channels; under the session key inside.
    ChannelKey = 12: UserKey, "channels"."sealed_key";
    /// Tokens of recoveries over secure channels; the same.
    ChannelToken = 13: UserKey, "channels"."sealed_token";
    /// What opens a custodial key during a login; the same.
    ChannelWrapping = 14: UserKey, "channel_logins"."sealed_wrapping";
    /// What waits to be a chunk.
    UploadTail = 18: File, "uploads"."tail";
    /// Keys of files for those they are shared with.
    FileGrantKey = 19: File, "file_grants"."sealed_key";
    /// Keys of files for those who have a link; under the link's secret inside.
    FileLinkKey = 20: File, "file_links"."sealed_key";
    /// The same for those who have opened one; under their token inside.
    LinkDownloadKey = 21: File, "link_downloads"."sealed_key";
}

/// A value of a sealed column and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// Its place among the values of the column: compares as bytes. Says nothing to anybody but the store.
    pub key: Vec<u8>,
    /// What [`Binding::row`] is.
    pub row: Vec<u8>,
    /// What [`Binding::owner`] is.
    pub owner: Vec<u8>,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

impl SealedColumn {
    /// How many of its values are in hand at once: of those that can be hundreds of kilobytes long, a few.
    pub(super) const fn batch(self) -> u32 {
        match self {
            Self::KeyBackup | Self::Answer => 16,
            _ => 200,
        }
    }

    /// The column behind this one; None behind the last.
    pub(super) fn next(self) -> Option<Self> {
        let mut columns = Self::ALL.iter().skip_while(|column| **column != self);
        columns.nth(1).copied()
    }

    /// What a value of this column is bound to.
    pub(super) fn binding(self, value: &SealedValue) -> Binding<'_> {
        let (table, column) = self.bound_as();
        Binding {
            purpose: self.purpose(),
            table,
            column,
            row: &value.row,
            owner: &value.owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_back_and_the_walk_ends() {
        let mut at = SealedColumn::ALL.first().copied();
        let mut seen = Vec::new();
        while let Some(column) = at {
            assert_eq!(SealedColumn::from_code(column.code()), Some(column));
            seen.push(column);
            at = column.next();
        }
        assert_eq!(seen, SealedColumn::ALL);
        assert_eq!(SealedColumn::from_code(0), None);
    }

    #[test]
    fn what_moves_is_seen_before_the_place_it_moves_to() {
        let place = |of: &SealedColumn| (of.table(), of.column());
        let mut moving = 0;
        for (index, column) in SealedColumn::ALL.iter().enumerate() {
            if column.bound_as() == place(column) {
                continue;
            }
            moving += 1;
            let mut later = SealedColumn::ALL.iter().skip(index + 1);
            assert!(later.any(|to| place(to) == column.bound_as()), "{column:?}");
        }
        assert_eq!(moving, 3);
    }
}
