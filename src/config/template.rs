//! The look of letters: `[letter]` of the job file laid over the template that it names, and that over the vendor profile.
//!
//! A template is a TOML file with the keys of `[letter]` and a `version`. What the job file says comes first, key by key;
//! a list is taken whole. Paths begin in the folder of the file that says them.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::{Job, JobError, Layer, folder_of};
use crate::compose::{Options, PageNumberForm, TEMPLATE_VERSION};
use crate::preflight::Area;
use crate::spool::{LetterLook, PageNumbers};
use crate::vendor;

/// A template with its pictures; what is larger is none.
const FILES_BYTES_MAX: u64 = 32 << 20;

/// How letters look.
pub struct Look {
    /// Template and job file together.
    pub options: Options,
    /// Bytes of the files that decide it besides the job file: a run that is taken up again must find the same.
    pub files: Vec<u8>,
}

/// The box of the address, for those who look whether it stands there.
pub fn address_box(options: &Options) -> Area {
    let area = options.geometry.address;
    let [x_mm, y_mm, width_mm, height_mm] =
        [area.x, area.y, area.width, area.height].map(|length| f64::from(length.0) / 1000.0);
    Area {
        x_mm,
        y_mm,
        width_mm,
        height_mm,
    }
}

/// How the letters will look, for the proof of what is printed of them.
pub fn letter_look(options: &Options) -> LetterLook {
    let geometry = &options.geometry;
    let area = geometry.address;
    let in_box =
        (area.x.0..area.x.0.saturating_add(area.width.0)).contains(&geometry.margin_left.0);
    let left = if in_box { geometry.margin_left } else { area.x };
    let number = &options.page_number;
    LetterLook {
        address_left_mm: f64::from(left.0) / 1000.0,
        address_points: f64::from(options.type_sizes.address.0) / 100.0,
        page_numbers: match (number.form, number.not_on_single_page) {
            (PageNumberForm::None, _) => PageNumbers::None,
            (_, true) => PageNumbers::OfSeveral,
            (_, false) => PageNumbers::Every,
        },
    }
}

/// Reads the template, if the job names one, and puts both together.
pub fn letter(job: &Job, faults: &mut Vec<JobError>) -> Look {
    let mut look = look(job).unwrap_or_else(|fault| {
        faults.push(fault);
        Look {
            options: Options::default(),
            files: Vec::new(),
        }
    });
    look.options.sides = Some(job.file.print.sides);
    if let Some(logo) = &look.options.letterhead.logo {
        for file in [Some(&logo.file), logo.mono_file.as_ref()] {
            let Some(file) = file else { continue };
            match bytes(file) {
                Ok(bytes) => look.files.extend(bytes),
                Err(source) => faults.push(JobError::Missing {
                    key: "letter.letterhead.logo",
                    path: file.clone(),
                    source,
                }),
            }
        }
    }
    look
}

fn look(job: &Job) -> Result<Look, JobError> {
    let mut look = Look {
        options: job.file.letter.clone(),
        files: Vec::new(),
    };
    let mut between = None;
    if let Some(template) = &job.file.letter.template {
        let path = folder_of(job.layers(), &["letter", "template"]).join(template);
        look.files = bytes(&path).map_err(|source| JobError::Missing {
            key: "letter.template",
            path: path.clone(),
            source,
        })?;
        let (options, layer) = with_template(job, &path, &look.files).map_err(|message| {
            let path = path.clone();
            JobError::Template { path, message }
        })?;
        look.options = options;
        between = Some(layer);
    }
    look.options.each_path(|keys, path| {
        let layers = job.own.iter().chain(&between).chain([&job.profile]);
        *path = folder_of(layers, keys).join(&*path);
    });
    Ok(look)
}

/// Template, what lies over and under it, and the template alone.
fn with_template(job: &Job, path: &Path, text: &[u8]) -> Result<(Options, Layer), String> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    let template: Table = toml::from_str(text).map_err(|error| error.to_string())?;
    match template.get("version") {
        Some(Value::Integer(version)) if *version == i64::from(TEMPLATE_VERSION) => {}
        Some(other) => return Err(format!("`version` is {other}; allowed: {TEMPLATE_VERSION}")),
        None => return Err(format!("`version = {TEMPLATE_VERSION}` is missing")),
    }
    if template.contains_key("template") {
        return Err("`template` stands in it; allowed: in a job file only".into());
    }
    let empty = || Value::Table(Table::new());
    let mut all = job
        .profile
        .tables
        .get("letter")
        .cloned()
        .unwrap_or_else(empty);
    vendor::lay_over(&mut all, Value::Table(template.clone()));
    let own = job.own.as_ref().and_then(|own| own.tables.get("letter"));
    vendor::lay_over(&mut all, own.cloned().unwrap_or_else(empty));
    let options = Options::deserialize(all).map_err(|error| {
        // What is wrong with the template alone is told with its line.
        let alone = toml::from_str::<Options>(text).err();
        match alone.filter(|alone| alone.message() == error.message()) {
            Some(alone) => alone.to_string(),
            None => format!("together with the job file: {error}"),
        }
    })?;
    let layer = Layer {
        tables: Table::from_iter([("letter".to_owned(), Value::Table(template))]),
        folder: path.parent().unwrap_or(Path::new("")).to_owned(),
    };
    Ok((options, layer))
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > FILES_BYTES_MAX {
        return Err(std::io::Error::other("larger than 32 MiB"));
    }
    fs::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Field, PageNumberForm};

    fn look_of(template: &str, job: &str) -> Result<Look, String> {
        let folder = tempfile::tempdir().unwrap();
        let parts = folder.path().join("parts");
        fs::create_dir(&parts).unwrap();
        fs::write(parts.join("brev.toml"), template).unwrap();
        fs::write(parts.join("logo.png"), "picture").unwrap();
        let path = folder.path().join("lettermill.toml");
        fs::write(&path, job).unwrap();
        let job = Job::read(&path).map_err(|error| error.to_string())?;
        let mut faults = Vec::new();
        let look = letter(&job, &mut faults);
        match faults.first() {
            Some(fault) => Err(fault.to_string()),
            None => Ok(look),
        }
    }

    const JOB: &str = "[letter]\ntemplate = \"parts/brev.toml\"\n";

    #[test]
    fn the_job_file_comes_before_its_template_key_by_key() {
        let template = "version = 1\npages_max = 9\n[letterhead]\nname = \"Malla\"\ncolour = \"#112233\"\nlogo = { file = \"logo.png\", width_mm = 20 }\n[page_number]\nform = \"slash\"\n[reference]\nfields = [\"date\", \"phone\"]";
        let job = format!(
            "{JOB}[letter.letterhead]\nname = \"Jobb\"\n[letter.reference]\nfields = [\"web\"]\n[print]\nsides = \"simplex\"\n"
        );
        let look = look_of(template, &job).unwrap();
        let options = look.options;
        assert_eq!(options.letterhead.name.as_deref(), Some("Jobb"));
        assert_eq!(options.letterhead.colour.as_deref(), Some("#112233"));
        assert_eq!(
            (options.pages_max, options.page_number.form),
            (9, PageNumberForm::Slash)
        );
        assert_eq!(options.reference.fields, [Field::Web]);
        assert_eq!(options.sides, Some(crate::letter::Sides::Simplex));
        let logo = options.letterhead.logo.unwrap();
        assert!(
            logo.file.ends_with("parts/logo.png"),
            "{}",
            logo.file.display()
        );
        assert_eq!(look.files, [template.as_bytes(), b"picture"].concat());
    }

    #[test]
    fn a_template_that_cannot_be_used_is_named_with_its_line() {
        for (template, said) in [
            ("pages_max = 9", "`version = 1` is missing"),
            ("version = 2", "`version` is 2; allowed: 1"),
            ("version = 1\n[letterhead]\ncolor = 1", "line 3"),
            ("version = 1\ntemplate = \"x\"", "in a job file only"),
            ("version = ", "line 1"),
            (
                "version = 1\n[letterhead]\nlogo = { file = \"none.png\", width_mm = 20 }",
                "none.png",
            ),
        ] {
            let error = look_of(template, JOB).err().unwrap();
            assert!(error.contains(said), "{template}: {error}");
        }
        let error = look_of("version = 1", "[letter]\ntemplate = \"other.toml\"");
        assert!(error.err().unwrap().contains("`letter.template` names"));
        assert!(look_of("", "").is_ok());
    }
}
