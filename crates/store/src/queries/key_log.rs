use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::key_log::tree::NodeId;
use sealpost_domain::key_log::{ChainLink, Leaf, LinkOperation, NewLink, PendingLink, SettledLink};
use sealpost_domain::ports::{Digest, KeyLogRepository, LogHead, NextLink, StoreError};

use super::UnitTx;
use crate::decode::{At, bytes, coded, count, to_column};
use crate::schema::{
    accounts, key_events, key_log, key_log_leaves as leaves, key_log_links as links,
    key_log_nodes as nodes,
};

/// What is recorded of a link before it has a leaf.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = links)]
struct NewRow {
    account_id: Vec<u8>,
    seq: i64,
    operation: i16,
    username: String,
    keys: String,
    created_at: i64,
}

const fn in_links(column: &'static str) -> At {
    At("key_log_links", column)
}

impl NewRow {
    fn of(link: &NewLink) -> Self {
        Self {
            account_id: link.account.as_bytes().to_vec(),
            seq: to_column(link.seq),
            operation: link.operation.code(),
            username: link.username.clone(),
            keys: link.keys.clone(),
            created_at: link.created_at.as_micros(),
        }
    }

    fn decode(self) -> Result<NewLink, StoreError> {
        Ok(NewLink {
            account: AccountId::from_bytes(bytes(&self.account_id, in_links("account_id"))?),
            seq: count(self.seq, in_links("seq"))?,
            operation: coded(
                self.operation,
                LinkOperation::from_code,
                in_links("operation"),
            )?,
            username: self.username,
            keys: self.keys,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

/// What a link has once it has a leaf: either all of it or nothing.
#[derive(Queryable, Selectable)]
#[diesel(table_name = links)]
struct LeafRow {
    leaf_index: Option<i64>,
    text: Option<String>,
    digest: Option<Vec<u8>>,
    opening: Option<Vec<u8>>,
}

fn chain_link((link, leaf): (NewRow, LeafRow)) -> Result<ChainLink, StoreError> {
    let link = link.decode()?;
    let Some(index) = leaf.leaf_index else {
        return Ok(ChainLink::Pending(link));
    };
    let digest = leaf.digest.unwrap_or_default();
    let opening = leaf.opening.unwrap_or_default();
    Ok(ChainLink::Settled(SettledLink {
        account: link.account,
        seq: link.seq,
        leaf: count(index, in_links("leaf_index"))?,
        text: leaf.text.ok_or_else(|| in_links("text").corrupt())?,
        digest: bytes(&digest, in_links("digest"))?,
        opening: bytes(&opening, in_links("opening"))?,
    }))
}

fn decode_leaf(
    (index, label, commitment): (i64, Vec<u8>, Vec<u8>),
) -> Result<(u64, Leaf), StoreError> {
    const fn at(column: &'static str) -> At {
        At("key_log_leaves", column)
    }
    let leaf = Leaf {
        label: bytes(&label, at("label"))?,
        commitment: bytes(&commitment, at("commitment"))?,
    };
    Ok((count(index, at("leaf_index"))?, leaf))
}

fn decode_node((position, hash): (i64, Vec<u8>)) -> Result<(NodeId, Digest), StoreError> {
    let position = count(position, At("key_log_nodes", "position"))?;
    let hash = bytes(&hash, At("key_log_nodes", "hash"))?;
    Ok((NodeId::at(position), hash))
}

impl KeyLogRepository for UnitTx<'_> {
    fn next_link(&mut self, account: AccountId) -> Result<Option<NextLink>, StoreError> {
        self.run(|conn| {
            // Locks the account's row, so that two changes at once are numbered one after the other.
            let owner = account.as_bytes().as_slice();
            let username: Option<String> = diesel::update(accounts::table.find(owner))
                .set(accounts::created_at.eq(accounts::created_at))
                .returning(accounts::username)
                .get_result(conn)
                .optional()?;
            let Some(username) = username else {
                return Ok(None);
            };
            let last: Option<i64> = links::table
                .filter(links::account_id.eq(owner))
                .select(max(links::seq))
                .first(conn)?;
            let seq = count(last.unwrap_or(0) + 1, in_links("seq"))?;
            Ok(Some(NextLink { seq, username }))
        })
    }

    fn append(&mut self, link: &NewLink) -> Result<(), StoreError> {
        let row = NewRow::of(link);
        self.run(|conn| {
            diesel::insert_into(links::table)
                .values(&row)
                .execute(conn)?;
            Ok(())
        })
    }

    fn erase(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.run(|conn| {
            let owned = links::table.filter(links::account_id.eq(account.as_bytes().as_slice()));
            diesel::delete(owned).execute(conn)?;
            Ok(())
        })
    }

    fn list_pending(&mut self, limit: u32) -> Result<Vec<PendingLink>, StoreError> {
        self.run(|conn| {
            let before = diesel::alias!(links as before);
            let is_before = before
                .field(links::account_id)
                .eq(links::account_id)
                .and(before.field(links::seq).eq(links::seq - 1));
            let rows: Vec<(NewRow, Option<Vec<u8>>)> = links::table
                .left_join(before.on(is_before))
                .filter(links::leaf_index.is_null())
                .order((links::seq, links::account_id))
                .limit(i64::from(limit))
                .select((NewRow::as_select(), before.field(links::digest).nullable()))
                .load(conn)?;
            let pending = |(row, digest): (NewRow, Option<Vec<u8>>)| {
                let previous = digest.map(|digest| bytes(&digest, in_links("digest")));
                Ok(PendingLink {
                    link: row.decode()?,
                    previous: previous.transpose()?,
                })
            };
            rows.into_iter().map(pending).collect()
        })
    }

    fn settle(&mut self, link: &SettledLink) -> Result<bool, StoreError> {
        self.run(|conn| {
            let key = (link.account.as_bytes().as_slice(), to_column(link.seq));
            let pending = links::table.find(key).filter(links::leaf_index.is_null());
            let settled = diesel::update(pending)
                .set((
                    links::leaf_index.eq(to_column(link.leaf)),
                    links::text.eq(&link.text),
                    links::digest.eq(link.digest.as_slice()),
                    links::opening.eq(link.opening.as_slice()),
                ))
                .execute(conn)?;
            Ok(settled == 1)
        })
    }

    fn chain(
        &mut self,
        account: AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ChainLink>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(NewRow, LeafRow)> = links::table
                .filter(links::account_id.eq(account.as_bytes().as_slice()))
                .filter(links::seq.gt(to_column(after)))
                .filter(links::operation.ne(LinkOperation::Delete.code()))
                .order(links::seq)
                .limit(i64::from(limit))
                .select((NewRow::as_select(), LeafRow::as_select()))
                .load(conn)?;
            Ok(rows.into_iter().map(chain_link).collect::<Result<_, _>>()?)
        })
    }

    fn find_newest(&mut self, account: AccountId) -> Result<Option<ChainLink>, StoreError> {
        self.run(|conn| {
            let row: Option<(NewRow, LeafRow)> = links::table
                .filter(links::account_id.eq(account.as_bytes().as_slice()))
                .order(links::seq.desc())
                .select((NewRow::as_select(), LeafRow::as_select()))
                .first(conn)
                .optional()?;
            Ok(row.map(chain_link).transpose()?)
        })
    }

    fn list_without_chain(
        &mut self,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError> {
        let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        self.run(|conn| {
            let chain = links::table.filter(links::account_id.eq(key_events::account_id));
            let ids: Vec<Vec<u8>> = key_events::table
                .filter(key_events::seq.eq(1))
                .filter(key_events::account_id.gt(&after))
                .filter(not(exists(chain)))
                .order(key_events::account_id)
                .limit(i64::from(limit))
                .select(key_events::account_id)
                .load(conn)?;
            let decode = |id: &Vec<u8>| {
                Ok(AccountId::from_bytes(bytes(
                    id,
                    At("key_events", "account_id"),
                )?))
            };
            ids.iter().map(decode).collect()
        })
    }

    fn head(&mut self) -> Result<LogHead, StoreError> {
        self.run(|conn| {
            let row: Option<(i64, Option<String>)> = key_log::table
                .select((key_log::size, key_log::checkpoint))
                .first(conn)
                .optional()?;
            let (size, checkpoint) = row.unwrap_or_default();
            Ok(LogHead {
                size: count(size, At("key_log", "size"))?,
                checkpoint,
            })
        })
    }

    fn advance(&mut self, from: u64, head: &LogHead) -> Result<bool, StoreError> {
        self.run(|conn| {
            let same = key_log::table.filter(key_log::size.eq(to_column(from)));
            let advanced = diesel::update(same)
                .set((
                    key_log::size.eq(to_column(head.size)),
                    key_log::checkpoint.eq(&head.checkpoint),
                ))
                .execute(conn)?;
            Ok(advanced == 1)
        })
    }

    fn insert_leaves(&mut self, from: u64, new: &[Leaf]) -> Result<(), StoreError> {
        self.run(|conn| {
            let row = |(index, leaf): (u64, &Leaf)| {
                (
                    leaves::leaf_index.eq(to_column(index)),
                    leaves::label.eq(leaf.label.to_vec()),
                    leaves::commitment.eq(leaf.commitment.to_vec()),
                )
            };
            let rows: Vec<_> = (from..).zip(new).map(row).collect();
            diesel::insert_into(leaves::table)
                .values(rows)
                .execute(conn)?;
            Ok(())
        })
    }

    fn leaves(&mut self, from: u64, limit: u32) -> Result<Vec<(u64, Leaf)>, StoreError> {
        self.run(|conn| {
            let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = leaves::table
                .filter(leaves::leaf_index.ge(to_column(from)))
                .order(leaves::leaf_index)
                .limit(i64::from(limit))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(decode_leaf)
                .collect::<Result<_, _>>()?)
        })
    }

    fn insert_nodes(&mut self, new: &[(NodeId, Digest)]) -> Result<(), StoreError> {
        self.run(|conn| {
            let row = |(id, hash): &(NodeId, Digest)| {
                (
                    nodes::position.eq(to_column(id.position())),
                    nodes::hash.eq(hash.to_vec()),
                )
            };
            let rows: Vec<_> = new.iter().map(row).collect();
            diesel::insert_into(nodes::table)
                .values(rows)
                .execute(conn)?;
            Ok(())
        })
    }

    fn find_nodes(&mut self, ids: &[NodeId]) -> Result<Vec<(NodeId, Digest)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|conn| {
            let wanted = ids.iter().map(|id| to_column(id.position()));
            let rows: Vec<(i64, Vec<u8>)> = nodes::table
                .filter(nodes::position.eq_any(wanted))
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(decode_node)
                .collect::<Result<_, _>>()?)
        })
    }
}
