//! How long a rotation takes while the server serves. `SEALPOST_REWRAPS` sets how many values there are (3,000 by default; a million
//! are to be done within ten minutes).

use std::sync::Arc;
use std::time::{Duration, Instant};

use sealpost_crypto::{Keyring, MasterSealer, OsEntropy};
use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::files::FileId;
use sealpost_domain::messages::Protection;
use sealpost_domain::ports::{
    Binding, BlobDigest, BlobName, Entropy as _, SealPurpose, Sealer, Store, StoreError,
    StoreExt as _, StoredFile,
};
use sealpost_store::testing::Nobody;
use sealpost_store::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use serde_json::{Value, json};

use crate::support::{Database, Server, Site, databases, http_client};

/// How many rows at once.
const BATCH: u64 = 500;
/// What a million may take.
const MILLION: Duration = Duration::from_secs(600);
/// What starting and looking takes, however little there is to do.
const BESIDE: Duration = Duration::from_secs(20);

fn size() -> u64 {
    let said = std::env::var("SEALPOST_REWRAPS").ok();
    said.map_or(3_000, |text| text.parse().unwrap())
}

/// Somebody who owns it all.
async fn owner(server: &Server) -> AccountId {
    let account = json!({"username": "alice", "password": "a password for one"});
    let made = http_client()
        .post(server.url("/v1/accounts"))
        .json(&account)
        .send();
    let made: Value = made.await.unwrap().json().await.unwrap();
    made["id"].as_str().unwrap().parse().unwrap()
}

fn file(owner: AccountId, sealer: &dyn Sealer) -> StoredFile {
    let (mut id, mut blob) = ([0; 16], [0; 16]);
    OsEntropy.fill(&mut id);
    OsEntropy.fill(&mut blob);
    let seal = |column, value: &[u8]| {
        let binding = Binding {
            purpose: SealPurpose::File,
            table: "files",
            column,
            row: &id,
            owner: owner.as_bytes(),
        };
        sealer.seal(&binding, value)
    };
    StoredFile {
        id: FileId::from_bytes(id),
        owner,
        blob: BlobName::from_bytes(blob),
        size: 0,
        digest: BlobDigest::Blake3([0; 32]),
        sealed_key: seal("sealed_key", &[7; 32]),
        sealed_name: None,
        sealed_type: seal("sealed_type", b"text/plain"),
        protection: Protection::Server,
        key_disclosed_at: None,
        created_at: Timestamp::from_seconds(1_700_000_000),
    }
}

/// Rows as the server would have made them: two values in each.
async fn fill(site: &Site, owner: AccountId, values: u64) {
    let text = std::fs::read_to_string(site.data_dir().join("master.key")).unwrap();
    let keyring = Keyring::parse(&text).unwrap();
    let sealer = MasterSealer::new(&keyring, Arc::new(OsEntropy));
    let store: Arc<dyn Store> = match site.database() {
        Database::Sqlite => {
            let path = site.data_dir().join("sealpost.db");
            let options = SqliteOptions::default();
            Arc::new(SqliteStore::open(&path, &options, Arc::new(Nobody)).unwrap())
        }
        Database::Postgres(url) => {
            let options = PostgresOptions::default();
            Arc::new(PostgresStore::open(url, &options, Arc::new(Nobody)).unwrap())
        }
    };
    for _ in 0..values.div_ceil(2 * BATCH) {
        let rows: Vec<StoredFile> = (0..BATCH).map(|_| file(owner, &sealer)).collect();
        let inserted: Result<(), StoreError> = store
            .write(move |tx| rows.iter().try_for_each(|row| tx.files().insert(row)))
            .await;
        inserted.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_sealed_anew_in_time() {
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let owner = owner(&server).await;
        server.stop();
        fill(&site, owner, size()).await;
        let server = site.start();
        let begun = Instant::now();
        let told = site.json(&["keys", "rotate", "--alone"]);
        let took = begun.elapsed();
        let status = site.json(&["keys", "status"]);
        assert!(
            status["rotation"]["rewrapped"].as_u64().unwrap() >= size(),
            "{told:#}"
        );
        assert_eq!(status["rotation"]["unopened"], 0, "{status:#}");
        println!("{:?}: {} values in {took:?}", site.database(), size());
        let share = u32::try_from(size()).unwrap();
        let most = MILLION * share / 1_000_000 + BESIDE;
        assert!(took <= most, "{took:?} for {}", size());
        server.stop();
    }
}
