//! The environment of the process; feeds.toml takes its secrets from here.

/// The value of the variable `name`; `None` if it is not set or is not UTF-8.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_there_or_not() {
        assert!(variable("PATH").is_some());
        assert_eq!(variable("FEEDMILL_SURELY_NOT_SET"), None);
        assert_eq!(variable(""), None);
    }
}
