use diesel::prelude::*;
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::files::FileId;
use sealpost_domain::links::{Link, LinkId, MaxDownloads};
use sealpost_domain::ports::{
    Constraint, Digest, FileLinkRepository, LinkedFile, NewDownload, SpentLink, StoreError,
    StoredLink,
};

use super::{UnitTx, files as file_rows};
use crate::decode::{At, bytes, count, to_column};
use crate::schema::{file_links as links, files, link_downloads as downloads};

const fn at(column: &'static str) -> At {
    At("file_links", column)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = links)]
struct Row {
    id: Vec<u8>,
    downloads: i64,
    max_downloads: Option<i64>,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn decode(self) -> Result<Link, StoreError> {
        let max = self
            .max_downloads
            .map(|max| count(max, at("max_downloads")));
        Ok(Link {
            id: LinkId::from_bytes(bytes(&self.id, at("id"))?),
            downloads: count(self.downloads, at("downloads"))?,
            max_downloads: max.transpose()?.map(MaxDownloads::restore),
            created_at: Timestamp::from_micros(self.created_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}

/// The condition that a link has a download left.
macro_rules! has_one_left {
    () => {
        links::max_downloads
            .is_null()
            .or(links::max_downloads.gt(links::downloads.nullable()))
    };
}

impl FileLinkRepository for UnitTx<'_> {
    fn insert(&mut self, link: &StoredLink, limit: u32) -> Result<bool, StoreError> {
        self.run(|conn| {
            let file = link.file.as_bytes().as_slice();
            // The file is locked: nobody counts beside this.
            let there: i64 = links::table
                .filter(links::file_id.eq(file))
                .count()
                .get_result(conn)?;
            if there >= i64::from(limit) {
                return Ok(false);
            }
            let max = link.link.max_downloads;
            let inserted = diesel::insert_into(links::table)
                .values((
                    links::id.eq(link.link.id.as_bytes().as_slice()),
                    links::file_id.eq(file),
                    links::proof.eq(link.proof.as_slice()),
                    links::sealed_key.eq(&link.sealed_key),
                    links::downloads.eq(to_column(link.link.downloads)),
                    links::max_downloads.eq(max.map(|max| to_column(max.get()))),
                    links::created_at.eq(link.link.created_at.as_micros()),
                    links::expires_at.eq(link.link.expires_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(true)
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn list(&mut self, file: FileId, limit: u32) -> Result<Vec<Link>, StoreError> {
        self.run(|conn| {
            let rows: Vec<Row> = links::table
                .filter(links::file_id.eq(file.as_bytes().as_slice()))
                .order((links::created_at.asc(), links::id.asc()))
                .limit(i64::from(limit))
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(Row::decode)
                .collect::<Result<_, _>>()?)
        })
    }

    fn remove(&mut self, owner: AccountId, file: FileId, link: LinkId) -> Result<bool, StoreError> {
        self.run(|conn| {
            let own = files::table
                .filter(files::id.eq(file.as_bytes().as_slice()))
                .filter(files::owner_id.eq(owner.as_bytes().as_slice()))
                .select(files::id);
            let link = links::table
                .filter(links::id.eq(link.as_bytes().as_slice()))
                .filter(links::file_id.eq_any(own));
            Ok(diesel::delete(link).execute(conn)? == 1)
        })
    }

    fn remove_all(&mut self, file: FileId) -> Result<u64, StoreError> {
        self.run(|conn| {
            let all = links::table.filter(links::file_id.eq(file.as_bytes().as_slice()));
            let removed = diesel::delete(all).execute(conn)?;
            Ok(u64::try_from(removed).unwrap_or(u64::MAX))
        })
    }

    fn find(&mut self, id: LinkId, now: Timestamp) -> Result<Option<Link>, StoreError> {
        self.run(|conn| {
            let row: Option<Row> = links::table
                .inner_join(files::table)
                .filter(links::id.eq(id.as_bytes().as_slice()))
                .filter(links::expires_at.gt(now.as_micros()))
                .filter(has_one_left!())
                .filter(files::deleted_at.is_null())
                .select(Row::as_select())
                .first(conn)
                .optional()?;
            Ok(row.map(Row::decode).transpose()?)
        })
    }

    fn spend(
        &mut self,
        id: LinkId,
        proof: &Digest,
        now: Timestamp,
    ) -> Result<Option<SpentLink>, StoreError> {
        self.run(|conn| {
            let good = links::table
                .filter(links::id.eq(id.as_bytes().as_slice()))
                .filter(links::proof.eq(proof.as_slice()))
                .filter(links::expires_at.gt(now.as_micros()))
                .filter(has_one_left!());
            let spent: Option<(Vec<u8>, Vec<u8>)> = diesel::update(good)
                .set(links::downloads.eq(links::downloads + 1_i64))
                .returning((links::file_id, links::sealed_key))
                .get_result(conn)
                .optional()?;
            let Some((file, sealed_key)) = spent else {
                return Ok(None);
            };
            let row: file_rows::Row = files::table
                .find(file)
                .filter(files::deleted_at.is_null())
                .select(file_rows::Row::as_select())
                .first(conn)?;
            Ok(Some(SpentLink {
                sealed_key,
                file: row.decode()?,
            }))
        })
    }

    fn insert_download(&mut self, download: &NewDownload) -> Result<(), StoreError> {
        self.run(|conn| {
            let inserted = diesel::insert_into(downloads::table)
                .values((
                    downloads::digest.eq(download.token.as_slice()),
                    downloads::link_id.eq(download.link.as_bytes().as_slice()),
                    downloads::sealed_key.eq(&download.sealed_key),
                    downloads::expires_at.eq(download.expires_at.as_micros()),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
            if inserted == 1 {
                Ok(())
            } else {
                Err(StoreError::Conflict(Constraint::Id).into())
            }
        })
    }

    fn find_download(
        &mut self,
        id: LinkId,
        token: &Digest,
        now: Timestamp,
    ) -> Result<Option<LinkedFile>, StoreError> {
        self.run(|conn| {
            let row: Option<(file_rows::Row, Option<Vec<u8>>)> = downloads::table
                .inner_join(links::table.inner_join(files::table))
                .filter(downloads::digest.eq(token.as_slice()))
                .filter(downloads::expires_at.gt(now.as_micros()))
                .filter(links::id.eq(id.as_bytes().as_slice()))
                .filter(files::deleted_at.is_null())
                .select((file_rows::Row::as_select(), downloads::sealed_key))
                .first(conn)
                .optional()?;
            let Some((file, sealed_key)) = row else {
                return Ok(None);
            };
            Ok(Some(LinkedFile {
                file: file.decode()?,
                sealed_key,
            }))
        })
    }

    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.run(|conn| {
            let over: Vec<Vec<u8>> = downloads::table
                .filter(downloads::expires_at.le(now.as_micros()))
                .select(downloads::digest)
                .limit(i64::from(limit))
                .load(conn)?;
            diesel::delete(downloads::table.filter(downloads::digest.eq_any(over)))
                .execute(conn)?;
            let in_use = downloads::table.select(downloads::link_id);
            let useless = links::expires_at
                .le(now.as_micros())
                .or(diesel::dsl::not(has_one_left!()));
            let over: Vec<Vec<u8>> = links::table
                .filter(useless)
                .filter(links::id.ne_all(in_use))
                .select(links::id)
                .limit(i64::from(limit))
                .load(conn)?;
            let swept =
                diesel::delete(links::table.filter(links::id.eq_any(over))).execute(conn)?;
            Ok(u64::try_from(swept).unwrap_or(u64::MAX))
        })
    }
}
