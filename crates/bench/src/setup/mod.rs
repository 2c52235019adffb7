//! What is measured: which program, on which database, with what in it.

mod cluster;
mod launch;
mod target;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::error::BenchError;
use crate::options::{Engine, GrowthOptions, RunOptions, SeedOptions, SetupOptions};
use crate::seed::{self, Sizes};
pub(crate) use cluster::{Cluster, execute};
pub(crate) use launch::{Launch, Place};
pub(crate) use target::{Target, address, end};

/// A server to be measured, under a name.
pub(crate) struct Setup {
    pub(crate) name: String,
    server: Where,
}

enum Where {
    /// Runs already.
    Running {
        url: String,
        pid: Option<u32>,
        database_pid: Option<u32>,
    },
    /// Is started anew for each run.
    Own {
        binary: PathBuf,
        database: Database,
        /// What is in its database before the first run; it then keeps that database.
        sizes: Option<Sizes>,
        kept: OnceCell<Arc<Place>>,
    },
}

#[derive(Clone)]
enum Database {
    Sqlite,
    Cluster(Arc<Cluster>),
    Given { url: String, pid: Option<u32> },
}

impl Setup {
    /// What the options ask for.
    pub(crate) async fn of_run(options: &RunOptions) -> Result<Vec<Self>, BenchError> {
        if let Some(url) = &options.url {
            let running = Where::Running {
                url: url.clone(),
                pid: options.pid,
                database_pid: options.database_pid,
            };
            return Ok(vec![Self {
                name: "given".to_owned(),
                server: running,
            }]);
        }
        let databases = match &options.database_url {
            Some(url) => {
                let (url, pid) = (url.clone(), options.database_pid);
                vec![("given".to_owned(), Database::Given { url, pid })]
            }
            None => databases(&options.setup.on).await?,
        };
        let mut setups = Vec::new();
        for (name, database) in databases {
            for (program, binary) in programs(&options.setup)? {
                setups.push(Self::own(
                    format!("{name}{program}"),
                    binary,
                    &database,
                    None,
                ));
            }
        }
        Ok(setups)
    }

    /// Each database small and large.
    pub(crate) async fn of_growth(options: &GrowthOptions) -> Result<Vec<Self>, BenchError> {
        let large = Sizes::of(&options.sizes);
        let small = large.divided_by(options.factor);
        let mut setups = Vec::new();
        for (name, database) in databases(&options.setup.on).await? {
            for (program, binary) in programs(&options.setup)? {
                for sizes in [small, large] {
                    let name = format!("{name}{program}, {} messages", sizes.messages);
                    setups.push(Self::own(name, binary.clone(), &database, Some(sizes)));
                }
            }
        }
        Ok(setups)
    }

    fn own(name: String, binary: PathBuf, database: &Database, sizes: Option<Sizes>) -> Self {
        Self {
            name,
            server: Where::Own {
                binary,
                database: database.clone(),
                sizes,
                kept: OnceCell::new(),
            },
        }
    }

    /// Starts it, on a new database unless it keeps one.
    pub(crate) async fn start(&self) -> Result<Target, BenchError> {
        match &self.server {
            Where::Running {
                url,
                pid,
                database_pid,
            } => Target::running(url, *pid, *database_pid),
            Where::Own {
                binary,
                database,
                sizes,
                kept,
            } => {
                let place = match sizes {
                    None => Arc::new(database.place().await?),
                    Some(sizes) => {
                        let seeded = || seeded(binary, database, sizes);
                        Arc::clone(kept.get_or_try_init(seeded).await?)
                    }
                };
                Target::start(Launch::new(binary.clone(), place)).await
            }
        }
    }
}

/// Makes a data folder, which stays, and fills its database.
pub(crate) async fn seed_folder(options: &SeedOptions) -> Result<(), BenchError> {
    let binary = program(options.server_binary.as_ref())?;
    let place = Place::at(options.data_dir.clone(), options.database_url.clone());
    seed::fill(&binary, place, &Sizes::of(&options.sizes))
        .await
        .map(drop)
}

async fn seeded(
    binary: &std::path::Path,
    database: &Database,
    sizes: &Sizes,
) -> Result<Arc<Place>, BenchError> {
    let place = database.place().await?;
    Ok(Arc::new(seed::fill(binary, place, sizes).await?))
}

impl Database {
    /// A new folder with a new database.
    async fn place(&self) -> Result<Place, BenchError> {
        match self {
            Self::Sqlite => Place::temporary(None, None),
            Self::Cluster(cluster) => {
                let url = cluster.new_database().await?;
                Place::temporary(Some(url), Some(cluster.pid()))
            }
            Self::Given { url, pid } => Place::temporary(Some(url.clone()), *pid),
        }
    }
}

async fn databases(engines: &[Engine]) -> Result<Vec<(String, Database)>, BenchError> {
    let mut databases = Vec::new();
    for engine in engines {
        databases.push(match engine {
            Engine::Sqlite => ("sqlite".to_owned(), Database::Sqlite),
            Engine::Postgres => {
                let cluster = Arc::new(Cluster::start().await?);
                ("postgres".to_owned(), Database::Cluster(cluster))
            }
        });
    }
    Ok(databases)
}

/// The programs, and how their set-ups are told apart. The first is what others are compared with.
fn programs(options: &SetupOptions) -> Result<Vec<(&'static str, PathBuf)>, BenchError> {
    let own = program(options.server_binary.as_ref())?;
    Ok(match &options.against {
        None => vec![("", own)],
        Some(other) => vec![(" before", program(Some(other))?), (" after", own)],
    })
}

fn program(given: Option<&PathBuf>) -> Result<PathBuf, BenchError> {
    let binary = match given {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("sealpost"),
    };
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(BenchError::NoBinary(binary))
    }
}
