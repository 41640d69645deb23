//! How large containers become, and how they are compressed.

use lzma_rust2::LzmaOptions;

/// How MeMos travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub enum ContainerForm {
    /// Many in a compressed tar.
    #[serde(rename = "tar-lzma")]
    TarLzma,
    /// Each in a file of its own.
    #[serde(rename = "xml")]
    Xml,
}

/// How containers are made. The service's own limits of number and size are not published (facts/denmark.md §2.3), so
/// these are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerOptions {
    /// How messages travel.
    pub form: ContainerForm,
    /// Most messages in a container.
    pub messages_max: u32,
    /// A container ends before its tar would have more bytes; a single message is always written.
    pub bytes_max: u64,
    /// How hard it is compressed.
    pub preset: Preset,
    /// How far back repetitions are found.
    pub dictionary: Dictionary,
}

impl Default for ContainerOptions {
    fn default() -> Self {
        Self {
            form: ContainerForm::TarLzma,
            messages_max: 10_000,
            bytes_max: 64 << 20, // Each is compressed by one core: many small ones share the work.
            preset: Preset(1),
            dictionary: Dictionary(16),
        }
    }
}

impl ContainerOptions {
    /// The dictionary is what is set, not the preset's own.
    pub(super) fn encoder(&self) -> LzmaOptions {
        let mut options = LzmaOptions::with_preset(self.preset.0);
        options.dict_size = self.dictionary.bytes();
        options
    }
}

/// How hard to compress: 0 (fast) to 9 (small), as `xz` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "u32")]
pub struct Preset(u32);

impl TryFrom<u32> for Preset {
    type Error = String;

    fn try_from(preset: u32) -> Result<Self, String> {
        match preset {
            0..=9 => Ok(Self(preset)),
            _ => Err(format!("preset {preset}; 0 to 9 are allowed")),
        }
    }
}

/// How far back repetitions are found, in mebibytes: one of the sizes that the service takes (facts/denmark.md §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "u32")]
pub struct Dictionary(u32);

impl Dictionary {
    /// Bytes.
    pub fn bytes(self) -> u32 {
        self.0 << 20
    }

    /// The size with so many bytes, if it is one of them.
    pub(in super::super) fn from_bytes(bytes: u32) -> Option<Self> {
        let whole = bytes.is_multiple_of(1 << 20);
        whole.then(|| Self::try_from(bytes >> 20).ok()).flatten()
    }
}

impl TryFrom<u32> for Dictionary {
    type Error = String;

    fn try_from(mebibytes: u32) -> Result<Self, String> {
        match mebibytes {
            4 | 8 | 16 | 32 | 64 | 128 => Ok(Self(mebibytes)),
            _ => Err(format!(
                "a dictionary of {mebibytes} MiB; 4, 8, 16, 32, 64 or 128 are allowed"
            )),
        }
    }
}
