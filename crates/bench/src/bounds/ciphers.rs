//! What one core can encrypt, by the system's OpenSSL.

use std::time::Duration;

use tokio::process::Command;

use crate::error::BenchError;
use crate::load::Watch;
use crate::processes::Measured;
use crate::report::Report;

/// As large as the pieces in which files pass through the server.
const PIECE: &str = "65536";

/// `openssl speed` on AES-256-GCM; None where there is no OpenSSL.
pub(crate) async fn openssl() -> Result<Option<Report>, BenchError> {
    let watch = Watch::start(Measured::this_program(None));
    let order = [
        "speed",
        "-mr",
        "-seconds",
        "1",
        "-bytes",
        PIECE,
        "-evp",
        "aes-256-gcm",
    ];
    let Ok(output) = Command::new("openssl").args(order).output().await else {
        return Ok(None);
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(bytes) = speed(&said) else {
        return Err(BenchError::Bound(format!("openssl said {said}")));
    };
    let report = watch.report(
        "bound: openssl aes-256-gcm",
        vec![Duration::from_secs(1)],
        1,
    );
    Ok(Some(report.at_speed(bytes / (1024.0 * 1024.0))))
}

/// Bytes a second, out of `+F:22:AES-256-GCM:5123456789.01`.
fn speed(said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.starts_with("+F:"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::speed;

    #[test]
    fn the_speed_is_the_last_field() {
        let said = "+H:65536\n+F:22:AES-256-GCM:5123456789.5\n";
        assert_eq!(speed(said), Some(5_123_456_789.5));
        assert_eq!(speed("speed: unknown"), None);
    }
}
