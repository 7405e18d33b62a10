//! Tells a `WebSub` hub that a feed changed.

use reqwest::header::CONTENT_TYPE;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Web, failure};
use crate::config::RequestOptions;
use crate::finding::{Code, Finding};
use crate::io::guard;
use crate::pipeline::Announce;

impl Announce for Web {
    /// Sends the form and takes any status from 200 to 299 for a yes; redirects are not followed, because a form is
    /// not sent to where nobody asked for it.
    async fn announce(&self, hub: &Url, topic: &Url, options: &RequestOptions) -> Result<(), Finding> {
        guard::check(hub, options.allow_private)?;
        let host = hub.host_str().unwrap_or_default().to_owned();
        // Hubs differ in the name by which they want the address; each passes over the other.
        let fields = [("hub.mode", "publish"), ("hub.url", topic.as_str()), ("hub.topic", topic.as_str())];
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let client = self.client(options)?;
        let request = client
            .post(hub.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(options.timeout)
            .body(form);
        let response = request.send().await.map_err(|error| failure::transport(&error, &host, options.timeout))?;
        tracing::debug!(%hub, %topic, status = response.status().as_u16(), "announced");
        if response.status().is_success() {
            return Ok(());
        }
        Err(Finding::warning(Code::HubFailed, format!("{host} answered {}", response.status().as_u16())))
    }
}
