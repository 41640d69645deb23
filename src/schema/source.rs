//! The documents of a schema: reads a file and all that it includes and imports, once each, in the order they are met.
//!
//! Only files beside each other are read; a location on the network is never fetched, what it would have declared is
//! then missing by name. The attributes of the `xml` namespace are built in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use roxmltree::{Document, ParsingOptions};

use super::SchemaError;
use super::names::XS;

/// Documents of one schema.
const DOCUMENTS_MAX: usize = 1000;
/// Bytes of one document.
const DOCUMENT_BYTES_MAX: usize = 16 << 20;
/// Elements, attributes and texts of one document.
const NODES_MAX: u32 = 1_000_000;

/// One schema document, read but not yet understood.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path, for messages.
    pub shown: String,
    pub text: String,
    /// Its own target namespace, or that of the document which includes it.
    pub namespace: String,
    /// It has no target namespace and took that of the one which includes it.
    pub adopted: bool,
}

/// Reads the schemas at `roots` and all they lead to.
///
/// # Errors
/// A document is missing, too large, not XML, or not what was announced.
pub(super) fn load(roots: &[PathBuf]) -> Result<Vec<Source>, SchemaError> {
    let mut loader = Loader::default();
    for root in roots {
        loader.follow(root, None)?;
    }
    // Documents are appended while we go through them.
    let mut next = 0;
    while next < loader.sources.len() {
        for reference in references(&loader.sources[next])? {
            let folder = loader.paths[next].parent().unwrap_or(Path::new("."));
            let path = folder.join(&reference.location);
            loader.follow(&path, Some(&reference))?;
        }
        next += 1;
    }
    Ok(loader.sources)
}

/// A schema given as text, which may refer to no other document.
///
/// # Errors
/// Not XML, or it refers to another document.
pub(super) fn from_text(shown: &str, bytes: &[u8]) -> Result<Vec<Source>, SchemaError> {
    let source = read_source(shown.to_owned(), bytes, None)?;
    if let Some(reference) = references(&source)?.first() {
        let place = &reference.place;
        return Err(SchemaError(format!(
            "{place}: a schema without a folder cannot refer to another document"
        )));
    }
    Ok(vec![source])
}

/// Parses a document; no document type declaration is let through.
///
/// # Errors
/// Not XML.
pub(super) fn parse(source: &Source) -> Result<Document<'_>, SchemaError> {
    let options = ParsingOptions {
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(&source.text, options)
        .map_err(|error| SchemaError(format!("`{}`: not a schema: {error}", source.shown)))
}

/// An include or import that names a file.
struct Reference {
    location: String,
    kind: Kind,
    /// Include: the namespace of the including document. Import: the one that is announced.
    namespace: String,
    place: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Include,
    Import,
}

#[derive(Default)]
struct Loader {
    sources: Vec<Source>,
    paths: Vec<PathBuf>,
    /// By file and namespace: a document without a namespace can be included into several.
    known: HashMap<(PathBuf, String), usize>,
}

impl Loader {
    fn follow(&mut self, path: &Path, reference: Option<&Reference>) -> Result<(), SchemaError> {
        let cannot = |error: &dyn std::fmt::Display| {
            let from =
                reference.map_or(String::new(), |reference| format!("{}: ", reference.place));
            SchemaError(format!("{from}cannot read `{}`: {error}", path.display()))
        };
        let file = path.canonicalize().map_err(|error| cannot(&error))?;
        if let Some(reference) = reference
            && self
                .known
                .contains_key(&(file.clone(), reference.namespace.clone()))
        {
            return Ok(());
        }
        let size = file.metadata().map_err(|error| cannot(&error))?.len();
        if size > DOCUMENT_BYTES_MAX as u64 {
            return Err(cannot(&format!("more than {DOCUMENT_BYTES_MAX} bytes")));
        }
        let bytes = std::fs::read(&file).map_err(|error| cannot(&error))?;
        let source = read_source(path.display().to_string(), &bytes, reference)?;
        let key = (file, source.namespace.clone());
        if self.known.contains_key(&key) {
            return Ok(());
        }
        if self.sources.len() == DOCUMENTS_MAX {
            return Err(cannot(&format!(
                "the schema has more than {DOCUMENTS_MAX} documents"
            )));
        }
        self.paths.push(path.to_owned());
        self.known.insert(key, self.sources.len());
        self.sources.push(source);
        Ok(())
    }
}

fn read_source(
    shown: String,
    bytes: &[u8],
    reference: Option<&Reference>,
) -> Result<Source, SchemaError> {
    let text = super::document::decode(bytes)
        .map_err(|error| SchemaError(format!("`{shown}`: {error}")))?;
    let mut source = Source {
        shown,
        text: text.into_owned(),
        namespace: String::new(),
        adopted: false,
    };
    let document = parse(&source)?;
    let root = document.root_element();
    if !root.has_tag_name((XS, "schema")) {
        let name = root.tag_name().name();
        return Err(SchemaError(format!(
            "`{}`: the root is `{name}`, not xs:schema",
            source.shown
        )));
    }
    let own = root.attribute("targetNamespace").map(str::to_owned);
    if let Some(reference) = reference {
        let fits = match (reference.kind, &own) {
            (Kind::Include, None) => true,
            (_, own) => own.as_deref().unwrap_or_default() == reference.namespace,
        };
        if !fits {
            let (place, wanted) = (&reference.place, &reference.namespace);
            let found = own.unwrap_or_default();
            return Err(SchemaError(format!(
                "{place}: `{}` has the target namespace `{found}`, not `{wanted}`",
                source.shown
            )));
        }
        source.adopted = own.is_none() && !reference.namespace.is_empty();
        source.namespace = reference.namespace.clone();
    } else {
        source.namespace = own.unwrap_or_default();
    }
    Ok(source)
}

fn references(source: &Source) -> Result<Vec<Reference>, SchemaError> {
    let document = parse(source)?;
    let mut found = Vec::new();
    for node in document
        .root_element()
        .children()
        .filter(|node| node.is_element())
    {
        let kind = match (node.tag_name().namespace(), node.tag_name().name()) {
            (Some(XS), "include") => Kind::Include,
            (Some(XS), "import") => Kind::Import,
            _ => continue,
        };
        let Some(location) = node.attribute("schemaLocation").map(str::trim) else {
            continue;
        };
        if location.contains("://") {
            continue;
        }
        let line = document.text_pos_at(node.range().start).row;
        found.push(Reference {
            location: location.to_owned(),
            kind,
            namespace: match kind {
                Kind::Include => source.namespace.clone(),
                Kind::Import => node.attribute("namespace").unwrap_or_default().to_owned(),
            },
            place: format!("`{}`:{line}", source.shown),
        });
    }
    Ok(found)
}
