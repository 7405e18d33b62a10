//! A file and its compressed twins on their way to the output folder.

use super::{Publish, PublishError, Written};
use crate::config::Config;
use crate::hosting;
use crate::model::{Artifact, Sheet};

/// Writes `artifact`, and its twins where the configuration asks for them. Returns whether the file itself changed, and
/// the paths and sizes in bytes of all that stand there now.
pub(super) fn write<P: Publish>(
    publish: &P,
    config: &Config,
    artifact: Artifact,
) -> Result<(Written, Vec<(String, u64)>), PublishError> {
    let twins = if config.precompress { hosting::twins::twins(&artifact) } else { Vec::new() };
    let written = publish.write(&artifact)?;
    for twin in &twins {
        publish.write(twin)?;
    }
    let size = |file: Artifact| (file.path, u64::try_from(file.bytes.len()).unwrap_or(u64::MAX));
    Ok((written, std::iter::once(artifact).chain(twins).map(size).collect()))
}

/// The same for a file that is not held, unless it has twins.
pub(super) fn write_sheet<P: Publish>(
    publish: &P,
    config: &Config,
    sheet: Sheet<'_>,
) -> Result<Vec<(String, u64)>, PublishError> {
    if config.precompress {
        return write(publish, config, sheet.to_artifact()).map(|(_, files)| files);
    }
    let (_, size) = publish.write_sheet(sheet)?;
    Ok(vec![(sheet.path.to_owned(), size)])
}
