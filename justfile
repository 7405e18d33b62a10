# Recipes for people; CI runs the same commands (.ci/run).

# Everything that has to pass before a change lands
ci: format lint test doc example

# Build the example feeds into public/
example:
    cargo run --locked -- build

# Build the example feeds from nothing, with the clock of the tests; look at the difference before committing it
renew-example:
    rm -rf .feedmill && git ls-files -z public | xargs -0 rm -f
    SOURCE_DATE_EPOCH=1795348800 cargo run --locked -- build
    rm -rf .feedmill

test:
    cargo test --locked

# What each stage costs, on the pages of the project
bench:
    cargo bench --locked --bench stages

# What whole runs cost, against an origin of our own on the loopback interface; the numbers of sites can be given
bench-run *sites:
    cargo bench --locked --bench run -- {{sites}}

format:
    cargo fmt --check

lint:
    cargo clippy --locked --all-targets -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

# Write the expected files of the golden sites anew; look at the difference before committing it
bless:
    BLESS=1 cargo test --locked --test it sites

# Take the README's pictures of the pages anew (nginx, Chromium, the fonts Noto Sans and Noto Sans CJK, websocket-client)
pictures:
    python3 .ci/check_pages.py --readme docs public

# Licences, sources and duplicates of the dependencies
deny:
    cargo deny check licenses bans sources
