//! The sequence from a configuration to a running server and its end.

use std::sync::Arc;
use std::time::Duration;

use crate::admin::Admin;
use crate::admin::socket::AdminSocket;
use crate::config::{Config, DatabaseUrl, Limits};
use crate::serve::measured_store::MeasuredStore;
use crate::serve::metrics::{self, Metrics};
use crate::serve::upkeep::Upkeep;
use crate::serve::{
    Bound, DataDir, bind, blobs, database, descriptors, file_upkeep, greeting, listen, lost_hints,
    mail, mail_worker, master_key, shutdown, upkeep, wake_ups, wiring,
};
use crate::{StartError, console};

/// Serves until the process is told to end (SIGTERM or SIGINT).
///
/// # Errors
/// [`StartError`] when it cannot start. Nothing has been served then.
pub async fn run(config: Config) -> Result<(), StartError> {
    let greet = |config: &Config, bound: &Bound| console::say(&greeting::text(config, bound));
    Box::pin(run_until(config, greet, shutdown::signal)).await
}

/// Serves until the future that `end` makes is ready, which then names its reason. `ready` is called once everything
/// that can be refused has been: from then on connections are taken.
pub(crate) async fn run_until<End: Future<Output = &'static str>>(
    config: Config,
    ready: impl FnOnce(&Config, &Bound),
    end: impl FnOnce() -> Result<End, StartError>,
) -> Result<(), StartError> {
    let data_dir = DataDir::open(&config.data_dir)?;
    if let Some(mode) = data_dir.mode_open_to_others() {
        let path = data_dir.path().display();
        tracing::warn!("data folder {path} is open to others (mode {mode:o}): chmod 700 {path}");
    }
    let admin_socket = AdminSocket::bind(&data_dir)?;
    let bound = bind(&config)?;
    if let Some(listener) = listen::exposed(&config) {
        tracing::warn!(
            "listening on {listener}, which other machines can reach, in clear and with no trusted proxy: put a \
             proxy that ends TLS in front and name its network in SEALPOST_TRUSTED_PROXIES (else everybody behind \
             it shares one throttle)"
        );
    }
    let hub = Arc::new(sealpost_http::Hub::default());
    let others = database::bus(&config.store, hub.clone())?;
    let wake_ups = Arc::new(wake_ups::Everybody::new(Arc::clone(&hub), others));
    let recorder = bound.metrics.as_ref().map(|_| metrics::record());
    let recorder = recorder.transpose()?;
    let mut store = database::open(&config.store, wake_ups.clone()).await?;
    if recorder.is_some() {
        store = MeasuredStore::over(store);
    }
    let env = wiring::environment(store);
    let keyring = master_key::load(&config.master_key, &env).await?;
    let (sealer, master_keys) = wiring::master_keys(&config, &env, keyring);
    let blobs = blobs::open(&config, &*env.entropy).await?;
    let public_url = config.public_url(bound.first);
    let mailer = mail::mailer(&config.mail, &public_url)?;
    let services = wiring::services(
        &config,
        public_url.as_str(),
        env.clone(),
        sealer,
        (hub, wake_ups.clone()),
        blobs,
        mailer,
    )
    .await?;
    // Before the first request: a token of a session that has ended must not slip in.
    services
        .sessions
        .sync_revocations()
        .await
        .map_err(StartError::store)?;
    let mut upkeep = Upkeep::default();
    upkeep.begin(admin_socket.serve(wiring::admin(&services, env, master_keys.clone())));
    if config.dialects.messenger {
        // The server is not ready without one.
        upkeep.begin(upkeep::keep_data_keys(services.data_keys.clone()));
    }
    upkeep.begin_later(upkeep::keep_master_keys(master_keys));
    upkeep.begin_later(upkeep::follow_revocations(services.sessions.clone()));
    upkeep.begin_later(lost_hints::repair(
        services.inbox.clone(),
        Arc::clone(&services.hub),
    ));
    upkeep.begin_later(upkeep::sweep(upkeep::Sweepers::of(&services)));
    upkeep.begin_later(upkeep::keep_presence(services.presence.clone()));
    upkeep.begin_later(upkeep::keep_key_log(services.key_log.clone()));
    upkeep.begin_later(upkeep::keep_room(services.storage.clone()));
    upkeep.begin_later(file_upkeep::finish_deletions(services.files.clone()));
    upkeep.begin_later(file_upkeep::find_orphans(services.files.clone()));
    if let Some(nights) = config.files.scrub_days.count() {
        upkeep.begin_later(file_upkeep::scrub(services.files.clone(), nights));
    }
    upkeep.begin_later(file_upkeep::give_up_uploads(services.uploads.clone()));
    let mail_workers = mail_worker::MailWorkers::start(&services.outbox, &wake_ups.mail());
    let end = end()?;
    let connections = descriptors::connections(config.max_connections.get());
    let settings = sealpost_http::Settings {
        trusted_proxies: sealpost_http::TrustedProxies::new(
            config.trusted_proxies.networks().to_vec(),
        ),
        max_connections: usize::try_from(connections).unwrap_or(usize::MAX),
        drain_delay: drain_delay(&config),
        limits: config.limits == Limits::Default,
        shares_rates: matches!(config.store.database_url, DatabaseUrl::Postgres(_)),
        dialects: sealpost_http::Dialects {
            messenger: config.dialects.messenger,
            channel: config.dialects.channel.enabled,
            social: config.dialects.social.enabled,
            mailbox: config.dialects.mailbox,
            vault: config.dialects.vault,
        },
        web: config
            .web
            .then(|| sealpost_http::WebClient::new(sealpost_crypto::sha256)),
        ..sealpost_http::Settings::default()
    };
    // The sockets are bound and queue connections already: what is promised here holds.
    ready(&config, &bound);
    if let (Some(listener), Some(recorder)) = (bound.metrics, recorder) {
        let shown = Metrics::of(&services, recorder.clone());
        upkeep.begin_later(metrics::tidy(recorder));
        upkeep.begin(metrics::serve(listener.socket, shown));
    }
    let listeners = bound
        .api
        .into_iter()
        .map(|listener| listener.socket)
        .collect();
    let served = sealpost_http::serve(listeners, services, settings, async move {
        let reason = end.await;
        tracing::info!("{reason}: ending");
    })
    .await;
    mail_workers.stop().await;
    served.map_err(StartError::Runtime)
}

/// What the operator's commands need while no server runs. Whoever calls holds the data folder.
pub(crate) async fn open_for_admin(config: &Config) -> Result<Admin, StartError> {
    let store = database::open(&config.store, Arc::new(database::Nobody)).await?;
    let env = wiring::environment(store);
    let keyring = master_key::load(&config.master_key, &env).await?;
    let (sealer, master_keys) = wiring::master_keys(config, &env, keyring);
    let nobody = Arc::new(sealpost_http::Hub::default());
    // No token is made: their issuer does not matter.
    let public_url = config.public_url(config.listen.first());
    let services = wiring::services(
        config,
        public_url.as_str(),
        env.clone(),
        sealer,
        (Arc::clone(&nobody), nobody),
        blobs::open(config, &*env.entropy).await?,
        mail::mailer(&config.mail, &public_url)?,
    )
    .await?;
    Ok(wiring::admin(&services, env, master_keys))
}

/// How long the server goes on while `/readyz` already refuses, so that a load balancer notices. On loopback alone
/// there is none, and nobody should wait for it at a terminal.
fn drain_delay(config: &Config) -> Duration {
    if config.listen.beyond_loopback().is_some() {
        Duration::from_secs(5)
    } else {
        Duration::ZERO
    }
}
