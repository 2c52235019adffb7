//! The same three queries over every sealed column.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable};
use sealpost_domain::master_keys::{SealedColumn, SealedValue};
use sealpost_domain::ports::SealedHead;

use super::Conn;
use crate::schema::{
    channel_logins, channels, conversations, custodial_key_openers, data_keys, file_grants,
    file_links, files, idempotency_keys, installation_secrets, key_backups, link_downloads,
    mail_outbox, totp_factors, uploads,
};

/// Puts the second of two values in the place of the first, in the row with this key.
type Replace = fn(&mut Conn, &[u8], &[u8], &[u8]) -> QueryResult<usize>;

/// The queries over one column. Keys are the rows' primary keys as bytes, whose order is that of the rows.
pub(super) struct Queries {
    /// The heads of the first so many values behind this key.
    pub(super) heads: fn(&mut Conn, &[u8], i64) -> QueryResult<Vec<SealedHead>>,
    /// These values themselves.
    pub(super) page: fn(&mut Conn, &[u8], i64) -> QueryResult<Vec<SealedValue>>,
    /// Replaces the value with this key if it still is the first of these two by the second. Returns how many it was.
    pub(super) replace: Replace,
}

/// The head of a column.
macro_rules! head {
    ($column:ident) => {
        sql::<Binary>(concat!("substr(", stringify!($column), ", 1, 6)"))
    };
}

/// A column of a table whose primary key is one column of bytes, which is also what its values are bound to; and their owner,
/// if they are bound to one.
macro_rules! keyed {
    ($table:ident.$column:ident by $key:ident) => {
        keyed!($table.$column by $key, sql::<Nullable<Binary>>("NULL"))
    };
    ($table:ident.$column:ident by $key:ident of $owner:ident) => {
        keyed!($table.$column by $key, $table::$owner.nullable())
    };
    ($table:ident.$column:ident by $key:ident, $owner:expr) => {
        Queries {
            heads: |conn, after, limit| {
                $table::table
                    .filter($table::$key.gt(after))
                    .filter($table::$column.is_not_null())
                    .order($table::$key)
                    .limit(limit)
                    .select(($table::$key, head!($column)))
                    .load(conn)
            },
            page: |conn, after, limit| {
                let rows: Vec<(Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>)> = $table::table
                    .filter($table::$key.gt(after))
                    .filter($table::$column.is_not_null())
                    .order($table::$key)
                    .limit(limit)
                    .select(($table::$key, $owner, $table::$column.nullable()))
                    .load(conn)?;
                Ok(rows.into_iter().map(bound_to_its_key).collect())
            },
            replace: |conn, key, was, sealed| {
                let row = $table::table
                    .filter($table::$key.eq(key))
                    .filter($table::$column.eq(was));
                diesel::update(row)
                    .set($table::$column.eq(sealed))
                    .execute(conn)
            },
        }
    };
}

fn bound_to_its_key(
    (key, owner, sealed): (Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>),
) -> SealedValue {
    SealedValue {
        row: key.clone(),
        key,
        owner: owner.unwrap_or_default(),
        sealed: sealed.unwrap_or_default(),
    }
}

pub(super) const fn queries(column: SealedColumn) -> Queries {
    match column {
        SealedColumn::InstallationSecret => installation_secrets(),
        SealedColumn::DataKey => data_keys(),
        SealedColumn::ConversationKey => keyed!(conversations.sealed_key by id of id),
        SealedColumn::FileKey => keyed!(files.sealed_key by id of owner_id),
        SealedColumn::FileName => keyed!(files.sealed_name by id of owner_id),
        SealedColumn::FileType => keyed!(files.sealed_type by id of owner_id),
        SealedColumn::TotpSecret => {
            keyed!(totp_factors.sealed_secret by account_id of account_id)
        }
        SealedColumn::KeyBackup => keyed!(key_backups.sealed_content by id of account_id),
        SealedColumn::Mail => keyed!(mail_outbox.payload by id),
        SealedColumn::Answer => keyed!(idempotency_keys.sealed_answer by digest),
        SealedColumn::CustodialOpener => custodial_key_openers(),
        SealedColumn::ChannelKey => keyed!(channels.sealed_key by id),
        SealedColumn::ChannelToken => keyed!(channels.sealed_token by id),
        SealedColumn::ChannelWrapping => {
            keyed!(channel_logins.sealed_wrapping by channel_id of key_id)
        }
        SealedColumn::UploadKey => keyed!(uploads.sealed_key by id of owner_id),
        SealedColumn::UploadName => keyed!(uploads.sealed_name by id of owner_id),
        SealedColumn::UploadType => keyed!(uploads.sealed_type by id of owner_id),
        SealedColumn::UploadTail => keyed!(uploads.tail by id of owner_id),
        SealedColumn::FileGrantKey => file_grants(),
        SealedColumn::FileLinkKey => keyed!(file_links.sealed_key by id),
        SealedColumn::LinkDownloadKey => keyed!(link_downloads.sealed_key by digest of link_id),
    }
}

/// By their names, which are plain ASCII.
const fn installation_secrets() -> Queries {
    use installation_secrets as secrets;
    fn name(key: &[u8]) -> String {
        String::from_utf8_lossy(key).into_owned()
    }
    Queries {
        heads: |conn, after, limit| {
            let rows: Vec<(String, Vec<u8>)> = secrets::table
                .filter(secrets::name.gt(name(after)))
                .order(secrets::name)
                .limit(limit)
                .select((secrets::name, head!(sealed)))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(|(name, head)| (name.into_bytes(), head))
                .collect())
        },
        page: |conn, after, limit| {
            let rows: Vec<(String, Vec<u8>)> = secrets::table
                .filter(secrets::name.gt(name(after)))
                .order(secrets::name)
                .limit(limit)
                .select((secrets::name, secrets::sealed))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(|(name, sealed)| bound_to_its_key((name.into_bytes(), None, Some(sealed))))
                .collect())
        },
        replace: |conn, key, was, sealed| {
            let row = secrets::table
                .filter(secrets::name.eq(name(key)))
                .filter(secrets::sealed.eq(was));
            diesel::update(row)
                .set(secrets::sealed.eq(sealed))
                .execute(conn)
        },
    }
}

/// By their generation: four bytes, the most significant first.
const fn data_keys() -> Queries {
    /// Below every generation if there is no key to go by.
    fn generation(key: &[u8]) -> i64 {
        <[u8; 4]>::try_from(key).map_or(-1, |bytes| u32::from_be_bytes(bytes).into())
    }
    fn key(generation: i64) -> Vec<u8> {
        u32::try_from(generation)
            .unwrap_or(u32::MAX)
            .to_be_bytes()
            .to_vec()
    }
    Queries {
        heads: |conn, after, limit| {
            let rows: Vec<(i64, Vec<u8>)> = data_keys::table
                .filter(data_keys::generation.gt(generation(after)))
                .order(data_keys::generation)
                .limit(limit)
                .select((data_keys::generation, head!(sealed_private)))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(|(generation, head)| (key(generation), head))
                .collect())
        },
        page: |conn, after, limit| {
            let rows: Vec<(i64, Vec<u8>)> = data_keys::table
                .filter(data_keys::generation.gt(generation(after)))
                .order(data_keys::generation)
                .limit(limit)
                .select((data_keys::generation, data_keys::sealed_private))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(|(generation, sealed)| bound_to_its_key((key(generation), None, Some(sealed))))
                .collect())
        },
        replace: |conn, key, was, sealed| {
            let row = data_keys::table
                .filter(data_keys::generation.eq(generation(key)))
                .filter(data_keys::sealed_private.eq(was));
            diesel::update(row)
                .set(data_keys::sealed_private.eq(sealed))
                .execute(conn)
        },
    }
}

/// By the ids of the openers, of which no two are alike: accounts and app passwords. What they are bound to is the key that
/// they open, and the app password if it is one.
const fn custodial_key_openers() -> Queries {
    use custodial_key_openers as openers;
    Queries {
        heads: |conn, after, limit| {
            openers::table
                .filter(openers::opener_id.gt(after))
                .order(openers::opener_id)
                .limit(limit)
                .select((openers::opener_id, head!(sealed)))
                .load(conn)
        },
        page: |conn, after, limit| {
            #[derive(Queryable, Selectable)]
            #[diesel(table_name = openers)]
            struct Row {
                account_id: Vec<u8>,
                opener_id: Vec<u8>,
                app_password_id: Option<Vec<u8>>,
                key_id: Vec<u8>,
                sealed: Vec<u8>,
            }
            let rows: Vec<Row> = openers::table
                .filter(openers::opener_id.gt(after))
                .order(openers::opener_id)
                .limit(limit)
                .select(Row::as_select())
                .load(conn)?;
            let value = |row: Row| SealedValue {
                key: row.opener_id,
                row: [row.key_id, row.app_password_id.unwrap_or_default()].concat(),
                owner: row.account_id,
                sealed: row.sealed,
            };
            Ok(rows.into_iter().map(value).collect())
        },
        replace: |conn, key, was, sealed| {
            let row = openers::table
                .filter(openers::opener_id.eq(key))
                .filter(openers::sealed.eq(was));
            diesel::update(row)
                .set(openers::sealed.eq(sealed))
                .execute(conn)
        },
    }
}

/// By the ids of the file and of who may read it, one behind the other.
const fn file_grants() -> Queries {
    use file_grants as grants;
    /// Nobody's below every other if there is no key to go by.
    fn ids(key: &[u8]) -> (&[u8], &[u8]) {
        key.split_at_checked(16).unwrap_or_default()
    }
    Queries {
        heads: |conn, after, limit| {
            let (file, grantee) = ids(after);
            let same_file = grants::file_id.eq(file).and(grants::grantee_id.gt(grantee));
            let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = grants::table
                .filter(grants::file_id.gt(file).or(same_file))
                .order((grants::file_id, grants::grantee_id))
                .limit(limit)
                .select((grants::file_id, grants::grantee_id, head!(sealed_key)))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(|(file, grantee, head)| ([file, grantee].concat(), head))
                .collect())
        },
        page: |conn, after, limit| {
            let (file, grantee) = ids(after);
            let same_file = grants::file_id.eq(file).and(grants::grantee_id.gt(grantee));
            let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = grants::table
                .filter(grants::file_id.gt(file).or(same_file))
                .order((grants::file_id, grants::grantee_id))
                .limit(limit)
                .select((grants::file_id, grants::grantee_id, grants::sealed_key))
                .load(conn)?;
            let value = |(file, grantee, sealed): (Vec<u8>, Vec<u8>, Vec<u8>)| {
                let key = [file, grantee.clone()].concat();
                bound_to_its_key((key, Some(grantee), Some(sealed)))
            };
            Ok(rows.into_iter().map(value).collect())
        },
        replace: |conn, key, was, sealed| {
            let (file, grantee) = ids(key);
            let row = grants::table
                .filter(grants::file_id.eq(file))
                .filter(grants::grantee_id.eq(grantee))
                .filter(grants::sealed_key.eq(was));
            diesel::update(row)
                .set(grants::sealed_key.eq(sealed))
                .execute(conn)
        },
    }
}
