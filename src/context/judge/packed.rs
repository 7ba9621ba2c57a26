//! What stands within another file: members of archives, sources in maps.

use super::{Judge, Question, exposure};
use crate::exposure::{Exposure, Side};

/// Archives that are installed or loaded as they are, by the ends of their names.
const PACKAGED: &[(&str, &str)] = &[
    (".apk", "an APK is what phones install"),
    (".aab", "an app bundle is what phones install"),
    (".ipa", "an IPA is what phones install"),
    (".asar", "an asar archive is part of what is installed"),
    (".crx", "a browser extension can be read where it is installed"),
    (".xpi", "a browser extension can be read where it is installed"),
    (".vsix", "an extension of an editor can be read where it is installed"),
];

impl Judge<'_> {
    /// A source that a map holds ships as the map does.
    pub(super) fn mapped(&self, map: &str, source: &str) -> Exposure {
        let exposure = self.whole(map);
        let source = source.trim_start_matches("../");
        let evidence = exposure.evidence.map(|why| format!("{why}, made of {source}"));
        Exposure { evidence, ..exposure }
    }

    /// A member of an archive ships where the archive is what is installed, or is itself served.
    pub(super) fn packed(&self, outer: &str, member: &str) -> Exposure {
        let layers = std::iter::once(outer).chain(member.split("!/"));
        // What stands last is no archive, whatever its name is.
        let layers: Vec<&str> = layers.collect();
        let outside = &layers[..layers.len() - 1];
        let inner = layers[layers.len() - 1];
        for layer in outside {
            let name = layer.rsplit('/').next().unwrap_or_default();
            let lower = name.to_ascii_lowercase();
            if let Some((_, why)) = PACKAGED.iter().find(|(end, _)| lower.ends_with(end)) {
                return exposure(Side::Client, format!("{why}, and {name} holds {inner}"));
            }
        }
        let archive = self.whole(outer);
        match archive.evidence {
            Some(why) if archive.side == Side::Client => {
                exposure(Side::Client, format!("{why}, and it holds {member}"))
            }
            _ => Exposure::default(),
        }
    }

    /// A file by its path alone.
    fn whole(&self, path: &str) -> Exposure {
        self.exposure(&Question { path, text: None, place: 0..0, in_tree: false })
    }
}
