//! What can be seen of a bad modulus from outside, in a few milliseconds. That a modulus passes does not make it good;
//! it means that none of the known accidents (a broken generator, a corrupted key) shows.

use std::sync::LazyLock;

use ::rsa::BigUint;

/// Products of neighbouring odd primes below 2¹⁶, each product below 2³².
static SMALL_PRIMES: LazyLock<Vec<u64>> = LazyLock::new(|| products(&odd_primes_below_65536()));

/// How many steps of Fermat's method are tried. It needs (p − q)² ÷ 8√n of them: a hundred find all factors that agree
/// in the upper half of their bits, which is what a generator makes that looks for both primes in one place.
const FERMAT_STEPS: u32 = 100;

/// Even, with a factor below 2¹⁶, or with two factors close to each other.
pub(super) fn is_weak(modulus: &[u8]) -> bool {
    let even = modulus.last().is_none_or(|last| last % 2 == 0);
    even || has_small_factor(modulus) || has_close_factors(&BigUint::from_bytes_be(modulus))
}

fn has_small_factor(modulus: &[u8]) -> bool {
    let words = words(modulus);
    SMALL_PRIMES.iter().any(|product| {
        let rest = words
            .iter()
            .fold(0, |rest, word| ((rest << 32) | u64::from(*word)) % product);
        gcd(*product, rest) != 1
    })
}

/// The number in base 2³², most significant first.
fn words(number: &[u8]) -> Vec<u32> {
    let join = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |word, byte| (word << 8) | u32::from(*byte))
    };
    let (head, tail) = number.split_at(number.len() % 4);
    [head].into_iter().chain(tail.chunks(4)).map(join).collect()
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Fermat's method: n = a² − b² = (a + b)(a − b), with a just above √n if the factors are close.
fn has_close_factors(n: &BigUint) -> bool {
    let mut a = n.sqrt();
    if &a * &a < *n {
        a += 1_u32;
    }
    (0..FERMAT_STEPS).any(|_| {
        let found = is_square(&(&a * &a - n));
        a += 1_u32;
        found
    })
}

fn is_square(number: &BigUint) -> bool {
    let low = number
        .to_bytes_le()
        .first()
        .map_or(0, |low| u32::from(*low));
    // Five in six numbers are no squares already modulo 256, and roots are dear.
    let possible = (0..128_u32).any(|root| (root * root) % 256 == low);
    possible && {
        let root = number.sqrt();
        &root * &root == *number
    }
}

/// The sieve of Eratosthenes.
fn odd_primes_below_65536() -> Vec<u64> {
    let mut composite = vec![false; 1 << 16];
    let mut primes = Vec::new();
    for number in (3..1 << 16).step_by(2) {
        if composite.get(number) == Some(&false) {
            primes.extend(u64::try_from(number));
            for multiple in composite.iter_mut().skip(number * number).step_by(number) {
                *multiple = true;
            }
        }
    }
    primes
}

fn products(primes: &[u64]) -> Vec<u64> {
    let mut products = Vec::new();
    let mut current = 1;
    for prime in primes {
        if current * prime > u64::from(u32::MAX) {
            products.push(current);
            current = 1;
        }
        current *= prime;
    }
    products.push(current);
    products
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is a prime is no matter: Fermat's method finds any two factors.
    fn some_odd_number() -> BigUint {
        BigUint::from_bytes_be(&[0xd7; 128])
    }

    #[test]
    fn the_primes_are_all_there() {
        let primes = odd_primes_below_65536();
        // π(2¹⁶) = 6542, with the 2.
        assert_eq!(primes.len(), 6541);
        assert_eq!(primes.last(), Some(&65_521));
        assert!(SMALL_PRIMES.iter().all(|product| *product < 1 << 32));
    }

    #[test]
    fn every_small_factor_is_found() {
        // 2⁶¹ − 1 and 2¹²⁷ − 1 are primes.
        let big = BigUint::from((1_u64 << 61) - 1) * BigUint::from((1_u128 << 127) - 1);
        assert!(!has_small_factor(&big.to_bytes_be()));
        for prime in odd_primes_below_65536() {
            assert!(has_small_factor(&(&big * prime).to_bytes_be()), "{prime}");
        }
        assert!(!has_small_factor(&(&big * 65_537_u32).to_bytes_be()));
    }

    #[test]
    fn close_factors_are_found_and_distant_ones_are_not() {
        let p = some_odd_number();
        for distance in [0_u32, 2, 1 << 30] {
            assert!(has_close_factors(&(&p * (&p + distance))), "{distance}");
        }
        // The upper half of the 1024 bits alike: one step of the method.
        let near = &p + (BigUint::from(2_u32) << 512_usize);
        assert!(has_close_factors(&(&p * near)));
        let distant = &p + (BigUint::from(2_u32) << 700_usize);
        assert!(!has_close_factors(&(&p * distant)));
    }
}
