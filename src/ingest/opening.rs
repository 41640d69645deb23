//! From a path to an opened mailing: encoding, XML declaration, root, header.

use std::path::{Path, PathBuf};

use super::cursor::{Cursor, Origin, Stop};
use super::encoding::{self, Encoding};
use super::error::{At, Error, Fault, FaultKind};
use super::split::{self, Item};
use super::vocabulary::{Element, NAMESPACE, ROOT};
use super::{Input, Limits, Options, Root, Slice, Source, build, damage, white_space};
use crate::disk::Map;
use crate::letter::LetterSeq;
use crate::schema::{Children, DeclId, Schema, Validator};
use crate::xml::markup;
use crate::xml::scope::Scope;

pub(super) fn open(
    path: &Path,
    scratch: Option<&Path>,
    options: &Options,
) -> Result<Source, Error> {
    let file = input(path, scratch)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let (root, header, header_place) =
        head(&file, &folder, options).map_err(|fault| file.refuse(fault))?;
    let shared = header
        .header
        .shared
        .iter()
        .enumerate()
        .map(|(i, d)| (d.id.clone(), i))
        .collect();
    let (count_start, count_end) = header.count_place;
    let source = Source {
        file,
        schema: options.schema.clone(),
        limits: options.limits.clone(),
        root,
        header: header.header,
        header_place,
        count_place: Slice::new(count_start, count_end),
        shared,
        folder,
        digest: std::sync::OnceLock::new(),
    };
    refuse_truncated(&source)?;
    Ok(source)
}

/// Maps the file, transcodes it if it must be.
fn input(path: &Path, scratch: Option<&Path>) -> Result<Input, Error> {
    let original = Map::open(path).map_err(|source| Error::Open {
        path: path.to_owned(),
        source,
    })?;
    if original.is_empty() {
        return Err(Error::Empty {
            path: path.to_owned(),
        });
    }
    original.advise_sequential();
    let encoding = encoding::detect(&original).map_err(|found| {
        let at = At {
            path: path.to_owned(),
            offset: 0,
            line: 1,
        };
        Error::Encoding { at, found }
    })?;
    let mut input = Input {
        path: path.to_owned(),
        original,
        transcoded: None,
        encoding,
    };
    if !matches!(encoding, Encoding::Utf8 { .. }) {
        let utf8 = encoding::to_utf8(&input.original, encoding, scratch)
            .map_err(input.io("writing a copy in UTF-8"))?;
        utf8.advise_sequential();
        input.transcoded = Some(utf8);
    }
    Ok(input)
}

/// Everything up to the end of the header.
fn head(
    file: &Input,
    folder: &Path,
    options: &Options,
) -> Result<(Root, build::HeaderRead, Slice), Fault> {
    let bytes = file.bytes();
    let start = declaration(
        bytes,
        if file.encoding == (Encoding::Utf8 { bom: true }) {
            3
        } else {
            0
        },
    )?;
    if let Some(found) = something_else(bytes, start) {
        return Err(Fault {
            offset: start,
            kind: FaultKind::NotXml { found },
        });
    }
    let at = match split::next_tag(bytes, start, "before the root element")? {
        Item::Start(at) => at,
        Item::End(at) => {
            return Err(Fault::ill_formed(
                at,
                "an end tag without a start tag",
                "the root's start tag",
            ));
        }
        Item::Nothing => {
            return Err(Fault::truncated(
                bytes.len(),
                "the part before the root element",
            ));
        }
    };
    let end = split::tag_end(bytes, at)?;
    let root = root(bytes, at, end, options)?;
    if bytes[..end].ends_with(b"/>") {
        return Err(Fault {
            offset: end,
            kind: FaultKind::NoLetters,
        });
    }
    let at = match split::next_tag(bytes, end, "between the letters")? {
        Item::Start(at) => at,
        Item::End(at) => {
            return Err(Fault {
                offset: at,
                kind: FaultKind::NoLetters,
            });
        }
        Item::Nothing => return Err(Fault::truncated(bytes.len(), format!("`{}`", root.name))),
    };
    let (header, place) = header(bytes, at, &root, folder, options)?;
    Ok((root, header, place))
}

/// Checks the XML declaration, if there is one; gives the place behind it.
fn declaration(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let rest = &bytes[start..];
    if !rest.starts_with(b"<?xml")
        || !rest
            .get(5)
            .is_some_and(|&b| white_space::is_space(b) || b == b'?')
    {
        return Ok(start);
    }
    let Some(length) = memchr::memmem::find(rest, b"?>") else {
        return Err(Fault::truncated(bytes.len(), "the XML declaration"));
    };
    let inside =
        damage::text_of(&rest[2..length]).map_err(|damage| split::damaged(start + 2, damage))?;
    markup::declaration(inside)
        .map_err(|wrong| Fault::ill_formed(start + 2 + wrong.offset, wrong.found, wrong.allowed))?;
    Ok(start + length + 2)
}

/// What the file looks like, if not like XML.
fn something_else(bytes: &[u8], start: usize) -> Option<String> {
    let rest = bytes[start..].trim_ascii_start();
    let known = match rest {
        [b'<', ..] => return None,
        [0x1f, 0x8b, ..] => "gzip data",
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd data",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "xz data",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'{' | b'[', ..] => "what looks like JSON",
        [] => "white space alone",
        _ => "other text or data",
    };
    Some(known.into())
}

/// Checks the root's start tag.
fn root(bytes: &[u8], start: usize, end: usize, options: &Options) -> Result<Root, Fault> {
    let text =
        damage::text_of(&bytes[start..end]).map_err(|damage| split::damaged(start, damage))?;
    let origin = Origin {
        offset: start,
        line: 1,
        column: 1,
    };
    let schema = &*options.schema;
    let mut validator = Validator::new(schema);
    let decl = declared_root(schema, start)?;
    let mut cursor = Cursor::new(
        text,
        origin,
        LetterSeq(0),
        Scope::default(),
        &options.limits,
        Element::Outside,
    );
    let element = read(&mut cursor, "root", Cursor::child)?.flatten();
    if element != Some(Element::Mailing) {
        let (namespace, local) = cursor.name();
        let named = |namespace: &str, local: &str| match namespace {
            "" => format!("`{}` in no namespace", markup::shown(local)),
            _ => format!(
                "`{}` in namespace `{}`",
                markup::shown(local),
                markup::shown(namespace)
            ),
        };
        let kind = FaultKind::Root {
            found: named(namespace, local),
            allowed: named(NAMESPACE, ROOT),
        };
        return Err(Fault {
            offset: start,
            kind,
        });
    }
    // Once more with the schema looking, now that it is known to be a mailing.
    let mut cursor = Cursor::new(
        text,
        origin,
        LetterSeq(0),
        Scope::default(),
        &options.limits,
        Element::Outside,
    );
    cursor.check(&mut validator, decl);
    read(&mut cursor, "root", Cursor::child)?;
    let name = String::from_utf8_lossy(split::name_at(bytes, start)).into_owned();
    Ok(Root {
        place: Slice::new(start, end),
        name,
        scope: cursor.into_scope(),
        decl,
    })
}

/// The schema's declaration of the root.
fn declared_root(schema: &Schema, offset: usize) -> Result<DeclId, Fault> {
    let found = schema.global(NAMESPACE.as_bytes(), ROOT.as_bytes());
    found.ok_or_else(|| {
        let kind = FaultKind::Invalid {
            part: "root",
            found: format!("a schema that declares no element `{ROOT}` in namespace `{NAMESPACE}`"),
            allowed: "a schema for mailings".into(),
        };
        Fault { offset, kind }
    })
}

/// Reads the header that begins at `start`.
fn header(
    bytes: &[u8],
    start: usize,
    root: &Root,
    folder: &Path,
    options: &Options,
) -> Result<(build::HeaderRead, Slice), Fault> {
    let Limits {
        header_bytes_max, ..
    } = options.limits;
    let invalid = |found: String, allowed: String| Fault {
        offset: start,
        kind: FaultKind::Invalid {
            part: "header",
            found,
            allowed,
        },
    };
    let end = split::element_end(bytes, start)?;
    if end - start > header_bytes_max {
        return Err(invalid(
            format!("a header of {} bytes", end - start),
            format!("at most {header_bytes_max}"),
        ));
    }
    let text =
        damage::text_of(&bytes[start..end]).map_err(|damage| split::damaged(start, damage))?;
    let (line, column) = Origin {
        offset: 0,
        line: 1,
        column: 1,
    }
    .advanced(&bytes[..start]);
    let origin = Origin {
        offset: start,
        line,
        column,
    };
    let (element, decl) = classify(
        text,
        origin,
        root,
        options,
        &mut Children::of(&options.schema, root.decl),
    )?;
    if element != Element::Header {
        return Err(invalid("another element first".into(), "`header`".into()));
    }
    let mut validator = Validator::new(&options.schema);
    let mut cursor = Cursor::new(
        text,
        origin,
        LetterSeq(0),
        root.scope.borrowed(),
        &options.limits,
        Element::Mailing,
    );
    cursor.check(&mut validator, decl);
    let header = read(&mut cursor, "header", |c| {
        build::header(c, folder, &options.limits)
    })?;
    let header = header
        .flatten()
        .ok_or_else(|| invalid("something missing".into(), "a whole header".into()))?;
    Ok((header, Slice::new(start, end)))
}

/// What a child of the root is, from its start tag; the schema must allow it here.
pub(super) fn classify(
    tag: &str,
    origin: Origin,
    root: &Root,
    options: &Options,
    children: &mut Children<'_>,
) -> Result<(Element, DeclId), Fault> {
    let mut cursor = Cursor::new(
        tag,
        origin,
        LetterSeq(0),
        root.scope.borrowed(),
        &options.limits,
        Element::Mailing,
    );
    let element = match cursor.child() {
        Ok(element) => element.unwrap_or(Element::Unknown),
        Err(Stop::Fault(fault)) => return Err(*fault),
        Err(Stop::GiveUp) => Element::Unknown, // Too many attributes: the name is known all the same.
    };
    let (namespace, local) = cursor.name();
    match children.next(namespace.as_bytes(), local.as_bytes()) {
        Ok(decl) => Ok((element, decl)),
        Err(violation) => {
            let kind = FaultKind::Invalid {
                part: "root",
                found: violation.found,
                allowed: violation.allowed,
            };
            Err(Fault {
                offset: origin.offset,
                kind,
            })
        }
    }
}

/// Reads with `read`; the first finding becomes a fault of this part of the mailing.
pub(super) fn read<'a, 'v, 's, T>(
    cursor: &mut Cursor<'a, 'v, 's>,
    part: &'static str,
    read: impl FnOnce(&mut Cursor<'a, 'v, 's>) -> Result<T, Stop>,
) -> Result<Option<T>, Fault> {
    let result = read(cursor);
    if let Err(Stop::Fault(fault)) = result {
        return Err(*fault);
    }
    if let Some((offset, finding)) = cursor.first_finding() {
        let found = match finding.place.path.is_empty() {
            true => finding.found.clone(),
            false => format!("{} at `{}`", finding.found, finding.place.path),
        };
        let kind = FaultKind::Invalid {
            part,
            found,
            allowed: finding.allowed.clone(),
        };
        return Err(Fault { offset, kind });
    }
    Ok(result.ok())
}

/// A long file that was cut short is refused now and not after hours: the root's end tag must stand somewhere near the
/// end. Where it does not, a walk over the letters says what is open.
fn refuse_truncated(source: &Source) -> Result<(), Error> {
    let end_tag = format!("</{}", source.root.name);
    if memchr::memmem::rfind(source.bytes(), end_tag.as_bytes()).is_some() {
        return Ok(());
    }
    let mut waves = source.waves();
    while waves.next()?.is_some() {}
    Err(source.file.refuse(Fault::truncated(
        source.bytes().len(),
        format!("`{}`", source.root.name),
    )))
}
