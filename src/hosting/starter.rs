//! What `feedmill init` writes: a first feeds.toml, and the files that a host needs, to be kept and changed by people.
//!
//! The files of hosts are those of `examples/hosting/`, with the names of the place filled in.

use url::Url;

use super::Host;

/// A file to write where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Starter {
    /// Path beside feeds.toml, with `/`.
    pub path: &'static str,
    /// The content.
    pub text: String,
    /// Whether it is a program.
    pub executable: bool,
}

const GITHUB_PAGES: &str = include_str!("../../examples/hosting/github-pages.yml");
const NETLIFY_WORKFLOW: &str = include_str!("../../examples/hosting/netlify.yml");
const NETLIFY: &str = include_str!("../../examples/hosting/netlify.toml");
const CLOUDFLARE_WORKFLOW: &str = include_str!("../../examples/hosting/cloudflare.yml");
const CLOUDFLARE: &str = include_str!("../../examples/hosting/wrangler.toml");
const NGINX: &str = include_str!("../../examples/hosting/nginx.conf");
const CADDY: &str = include_str!("../../examples/hosting/Caddyfile");
const S3_POLICY: &str = include_str!("../../examples/hosting/s3-policy.json");
const S3_CORS: &str = include_str!("../../examples/hosting/s3-cors.json");
const S3_UPLOAD: &str = include_str!("../../examples/hosting/s3-upload.sh");
/// Where a workflow builds and uploads, the folders of a run at home are nobody's business.
const IGNORED: &str = "/.feedmill/\n/public/\n";
const WORKFLOW: &str = ".github/workflows/feeds.yml";

/// The files for `host`, feeds.toml first; `base` is where the folder will be served, if known.
pub fn files(host: Option<Host>, base: Option<&Url>) -> Vec<Starter> {
    let file = |path, text: &str| Starter { path, text: text.to_owned(), executable: false };
    let name = base.and_then(Url::host_str).unwrap_or("feeds.example");
    let mut files = vec![file("feeds.toml", &config(host, base))];
    match host {
        None => {}
        Some(Host::GithubPages) => files.extend([file(WORKFLOW, GITHUB_PAGES), file(".gitignore", IGNORED)]),
        Some(Host::Netlify) => {
            files.extend([
                file(WORKFLOW, NETLIFY_WORKFLOW),
                file("netlify.toml", NETLIFY),
                file(".gitignore", IGNORED),
            ]);
        }
        Some(Host::Cloudflare) => files.extend([
            file(WORKFLOW, CLOUDFLARE_WORKFLOW),
            file("wrangler.toml", CLOUDFLARE),
            file(".gitignore", IGNORED),
        ]),
        Some(Host::Nginx) => files.push(file("nginx.conf", &NGINX.replace("feeds.example", name))),
        Some(Host::Caddy) => files.push(file("Caddyfile", &CADDY.replace("feeds.example", name))),
        Some(Host::S3) => {
            let bucket = bucket(name);
            let upload = Starter { path: "s3/upload.sh", text: S3_UPLOAD.to_owned(), executable: true };
            files.extend([
                file("s3/policy.json", &S3_POLICY.replace("BUCKET", bucket)),
                file("s3/cors.json", S3_CORS),
                upload,
            ]);
        }
    }
    files
}

/// A bucket that serves a name of its own is called like it; in an address of S3 it is the first part.
fn bucket(name: &str) -> &str {
    name.split_once(".s3").map_or(name, |(bucket, _)| bucket)
}

/// What is to be done after the files are there, one step a line.
pub fn next_steps(host: Option<Host>) -> &'static [&'static str] {
    match host {
        None => &["feedmill build", "put public/ on a static host, or run this again with --host"],
        Some(Host::GithubPages) => &[
            "push the folder to a repository on GitHub",
            "Settings > Pages: choose \"GitHub Actions\" as the source",
            "Settings > Secrets and variables > Actions > Variables: set FEEDMILL and FEEDMILL_REV (see the head of the workflow)",
        ],
        Some(Host::Netlify) => &[
            "push the folder to a repository on GitHub",
            "Settings > Secrets and variables > Actions: set what the head of the workflow names",
        ],
        Some(Host::Cloudflare) => &[
            "make the project once: npx wrangler pages project create feeds",
            "push the folder to a repository on GitHub",
            "Settings > Secrets and variables > Actions: set what the head of the workflow names",
        ],
        Some(Host::Nginx) => &[
            "set server_name and root in nginx.conf and copy it to /etc/nginx/conf.d/feeds.conf",
            "nginx -t && systemctl reload nginx",
            "let cron run `feedmill build` every hour",
        ],
        Some(Host::Caddy) => &[
            "set the name and the folder in Caddyfile and copy it to /etc/caddy/Caddyfile",
            "caddy validate --config /etc/caddy/Caddyfile && systemctl reload caddy",
            "let cron run `feedmill build` every hour",
        ],
        Some(Host::S3) => &[
            "aws s3api put-bucket-policy --bucket BUCKET --policy file://s3/policy.json",
            "aws s3api put-bucket-cors --bucket BUCKET --cors-configuration file://s3/cors.json",
            "feedmill build && s3/upload.sh BUCKET",
        ],
    }
}

fn config(host: Option<Host>, base: Option<&Url>) -> String {
    let base = match base {
        Some(base) => format!("base_url = \"{base}\"\n"),
        None => "# Where public/ will be served; readers need it to find a feed again.\n# base_url = \"https://YOU.github.io/feeds/\"\n".to_owned(),
    };
    let host = host.map(|host| format!("host     = \"{}\"\n", host.name())).unwrap_or_default();
    format!(
        "{base}{host}# Goes into the User-Agent, so that a site can reach you.\n# contact = \"you@example.org\"\n\n\
         # One table a feed; the key becomes the name of its files. Look at a page first:\n\
         #   feedmill inspect listing https://www.example.org/news\n\
         [feeds.example]\nurl = \"https://www.example.org/news\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn every_starter_is_a_valid_configuration() {
        let base = Url::parse("https://feeds.bucket.example/").unwrap();
        for host in std::iter::once(None).chain(Host::ALL.map(Some)) {
            for base in [None, Some(&base)] {
                let files = files(host, base);
                assert_eq!(files[0].path, "feeds.toml");
                let read = config::parse(&files[0].text, "feeds.toml", &|_| None).map_err(|m| m.render(false, 100));
                assert_eq!(read.map(|read| (read.host, read.base_url)), Ok((host, base.cloned())));
                assert!(files.len() > 1 || host.is_none());
                assert!(!next_steps(host).is_empty());
            }
        }
    }

    #[test]
    fn names_of_the_place_are_filled_in() {
        let base = Url::parse("https://my-feeds.s3.eu-central-1.amazonaws.com/").unwrap();
        let policy = &files(Some(Host::S3), Some(&base))[1];
        assert!(policy.text.contains("arn:aws:s3:::my-feeds/*"), "{}", policy.text);
        let base = Url::parse("https://news.example.org/").unwrap();
        assert!(files(Some(Host::Nginx), Some(&base))[1].text.contains("server_name news.example.org;"));
        assert!(files(Some(Host::Caddy), Some(&base))[1].text.contains("\nnews.example.org {"));
    }

    /// Workflows run code of other people: each is named by a commit, and gets no right that it does not ask for.
    #[test]
    fn workflows_are_pinned_and_have_few_rights() {
        for workflow in [GITHUB_PAGES, NETLIFY_WORKFLOW, CLOUDFLARE_WORKFLOW] {
            for action in
                workflow.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "))
            {
                let (name, rest) = action.split_once('@').unwrap();
                let (commit, version) = rest.split_once(" # v").unwrap();
                assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
                assert!(name.starts_with("actions/") && version.contains('.'), "{action}");
            }
            assert!(workflow.contains("\npermissions: {}\n") && workflow.contains("\nconcurrency:\n"));
            assert!(!workflow.contains("contents: write"));
        }
    }
}
