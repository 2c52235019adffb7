# Shortcuts. Each is one plain command that also works without just.

# List the recipes
default:
    @just --list

# Start the server with its defaults (data in ./data)
run *ARGS:
    cargo run --release -- {{ ARGS }}

# All tests, on SQLite and on PostgreSQL
test *ARGS:
    cargo test --workspace {{ ARGS }}

# The same with cargo-nextest (no doc tests)
nextest *ARGS:
    cargo nextest run --workspace {{ ARGS }}

# What takes longer: WebSocket conformance (pip install kosoku), 200 kills of the server instead of 20, 10,000 lives of each
# model (message log, sessions, codes, throttles) instead of 60, and (as root) three instances in network namespaces; large
# uploads, also in a browser, and a conversation of 10,000 messages there
full:
    cargo test -p sealpost-http --lib -- --ignored --nocapture every_case_of_the_suite
    SEALPOST_KILL_ROUNDS=200 cargo test -p sealpost-server --test binary -- --nocapture nothing_acknowledged_is_lost
    PROPTEST_CASES=10000 cargo test -p sealpost-store --test models
    cargo test -p sealpost-server --test binary -- --ignored --nocapture three_instances_and_a_cable_that_is_pulled
    SEALPOST_WEB_UPLOAD_MIB=64 SEALPOST_WEB_MESSAGES=10000 cargo test -p sealpost-server --test binary -- --nocapture web::
    SEALPOST_LARGE_MIB=1024 cargo test -p sealpost-server --test binary -- --nocapture a_large_file_goes_through_little_memory
    SEALPOST_UPLOAD_MIB=200 SEALPOST_UPLOAD_KILLS=50 SEALPOST_RESEAL_KILLS=50 cargo test -p sealpost-server --test binary -- --nocapture uploads

# Measure a server that is started for it, in about two minutes (--help says with what); close other programs first
bench *ARGS:
    cargo build --release -p sealpost-server -p sealpost-bench
    target/release/bench {{ ARGS }}

# What the tables of docs/performance.md are made of, on SQLite and PostgreSQL, and growth on SQLite (ulimit -n must allow 10,000 sockets)
bench-full:
    cargo build --release -p sealpost-server -p sealpost-bench
    target/release/bench --profile full --runs 3 --on sqlite,postgres
    target/release/bench growth --runs 3 --time 1.5 --senders 64 --only login,send,delivery,reads,grown

# This working tree beside another commit, taking turns
bench-compare REF *ARGS:
    scripts/bench-compare {{ REF }} {{ ARGS }}

# Sealpost beside what users would pick instead, as far as it is installed (scripts/bench-peers --list says what and how), in ten minutes
bench-peers *ARGS:
    cargo build --release -p sealpost-server
    scripts/bench-peers target/release/sealpost {{ ARGS }}

# Show the main job: two people, a sealed message, and what the server stores of it
demo *ARGS:
    cargo run --release -- demo {{ ARGS }}

# Have the linker know what a start needs, before a release and after updates of the compiler or of libraries (needs valgrind)
start-order:
    cargo build --release -p sealpost-server
    scripts/start-order target/release/sealpost > target/start.ld
    mv target/start.ld crates/server/start.ld

# Format the code
fmt:
    cargo fmt --all

# Format check and clippy, as in CI
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Dependency rules: who may depend on what, licences, sources
deny:
    cargo deny check bans licenses sources

# Check the links of all pages, then build the book into docs/book (needs mdbook)
docs:
    python3 scripts/check-links
    mdbook build docs

# Everything a change must pass
ci:
    .ci/run
