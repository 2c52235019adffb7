//! PKCS#8, encrypted (RFC 5958, section 3) by PBES2 (RFC 8018, section 6.2).

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::{EncryptionScheme as Cipher, Kdf, Parameters};
use sealpost_domain::ports::PrivatePemError;
use zeroize::Zeroizing;

use super::block::Block;

/// More than twice what is recommended today for PBKDF2 (OWASP: 600,000 with SHA-256, 1,300,000 with SHA-1): about a
/// second.
const MAX_ITERATIONS: u32 = 2_000_000;
/// scrypt's memory, 128·N·r: OpenSSL makes 16 MiB of it.
const MAX_SCRYPT_BYTES: u64 = 32 * 1024 * 1024;
/// scrypt's parallelization, which multiplies the time.
const MAX_SCRYPT_LANES: u16 = 4;

/// Decrypts the body. The content is PKCS#8.
pub(super) fn open(
    block: &Block<'_>,
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>, PrivatePemError> {
    let der = block.decode().ok_or(PrivatePemError::Unreadable)?;
    let info = EncryptedPrivateKeyInfoRef::try_from(der.as_slice())
        .map_err(|_| PrivatePemError::Unsupported("an unknown scheme".to_owned()))?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(PrivatePemError::Unsupported("PBES1".to_owned()));
    };
    judge(parameters)?;
    let mut buffer = Zeroizing::new(info.encrypted_data.as_bytes().to_vec());
    let length = parameters
        .decrypt_in_place(password, &mut buffer)
        .map_err(|_| PrivatePemError::Rejected)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

/// Whether opening it is worth our while. Its author chose what it costs.
fn judge(parameters: &Parameters) -> Result<(), PrivatePemError> {
    match parameters.encryption {
        Cipher::Aes128Cbc { .. } | Cipher::Aes192Cbc { .. } | Cipher::Aes256Cbc { .. } => {}
        _ => return Err(PrivatePemError::Unsupported("AES-GCM".to_owned())),
    }
    let affordable = match &parameters.kdf {
        Kdf::Pbkdf2(kdf) => kdf.iteration_count <= MAX_ITERATIONS,
        Kdf::Scrypt(kdf) => {
            let memory = kdf
                .cost_parameter
                .saturating_mul(128)
                .saturating_mul(u64::from(kdf.block_size));
            // The library panics at a cost of 0.
            kdf.cost_parameter.is_power_of_two()
                && memory <= MAX_SCRYPT_BYTES
                && kdf.parallelization <= MAX_SCRYPT_LANES
        }
        _ => false,
    };
    if affordable {
        Ok(())
    } else {
        Err(PrivatePemError::TooCostly)
    }
}
