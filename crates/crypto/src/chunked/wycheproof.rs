//! Project Wycheproof's vectors for "Cobblestone-256": all verdicts as expected, none left out.

use std::io::Read as _;

use aws_lc_rs::digest::{SHA512, digest};
use flate2::read::ZlibDecoder;
use wycheproof::TestResult;
use wycheproof::chunked_encryption::{TestFlag, TestName, TestSet};

use super::tests::open_all;

#[test]
fn all_vectors_have_the_expected_verdict() {
    let set = TestSet::load(TestName::Cobblestone256).unwrap();
    let tests = set.test_groups.iter().flat_map(|group| &group.tests);
    let mut seen = 0;
    for test in tests {
        seen += 1;
        let mut sealed = Vec::new();
        ZlibDecoder::new(test.ct.as_slice())
            .read_to_end(&mut sealed)
            .unwrap();
        let Ok(key) = <&[u8; 32]>::try_from(test.key.as_slice()) else {
            // The type of a file's key has no room for another length.
            assert!(
                test.flags.contains(&TestFlag::InvalidKeySize),
                "{}",
                test.tc_id
            );
            continue;
        };
        let opened = open_all(key, &test.ctx, &sealed);
        assert_eq!(
            opened.is_ok(),
            test.result == TestResult::Valid,
            "{}: {}",
            test.tc_id,
            test.comment
        );
        match opened {
            Ok(plaintext) => {
                assert_eq!(Some(plaintext.len()), test.msg_length);
                let expected = test.msg_sha512.as_ref().unwrap();
                assert_eq!(digest(&SHA512, &plaintext).as_ref(), expected.as_slice());
            }
            // Never more than the part of it that is right.
            Err((came, _)) => assert!(came <= test.msg_length.unwrap_or(0), "{}", test.tc_id),
        }
    }
    assert_eq!(seen, set.number_of_tests);
    assert_eq!(seen, 35);
}
