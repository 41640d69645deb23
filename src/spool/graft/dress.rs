//! Gives colours of a device a meaning that does not depend on the device, as PDF/X-4 wants it (ISO 15930-7 6.2.4).
//!
//! In: a document that is about to be taken apart. Out: the same, but every resource dictionary says that DeviceRGB means
//! sRGB (`DefaultRGB`, ISO 32000-1 8.6.5.6), unless it says so itself, and every transparency group that blends in
//! DeviceRGB blends in sRGB. Content streams stay as they are.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

/// Stands for the part's own sRGB profile; no file has such an object.
pub(super) const SRGB: ObjectId = (u32::MAX, u16::MAX);
/// Arrays and dictionaries within each other in one object; deeper ones were refused.
const NESTING_MAX: u32 = 128;

/// `[/ICCBased …]`.
fn srgb() -> Object {
    Object::Array(vec![
        Object::Name(b"ICCBased".to_vec()),
        Object::Reference(SRGB),
    ])
}

/// Dresses a document.
pub(super) fn dress(document: &mut Document) {
    let mut dresser = Dresser::default();
    for (&id, object) in &document.objects {
        match document.dereference(object) {
            Ok((_, Object::Dictionary(_))) => {
                dresser.dictionaries.insert(id);
            }
            Ok((_, Object::Array(items))) => {
                dresser.arrays.insert(id);
                let first = items.first().map(|first| document.dereference(first));
                if let Some(Ok((_, Object::Name(name)))) = first
                    && name == b"DeviceRGB"
                {
                    dresser.rgb_spaces.insert(id);
                }
            }
            Ok((_, Object::Name(name))) if name == b"DeviceRGB" => {
                dresser.rgb_spaces.insert(id);
            }
            _ => {}
        }
    }
    for object in document.objects.values_mut() {
        dresser.object(object, 0);
    }
    let mut seen = HashSet::new();
    for id in std::mem::take(&mut dresser.resources) {
        if let Some(resources) = dictionary(document, id).filter(|_| seen.insert(id)) {
            dresser.resources(resources);
        }
    }
    let mut seen = HashSet::new();
    for id in std::mem::take(&mut dresser.spaces) {
        if let Some(spaces) = dictionary(document, id).filter(|_| seen.insert(id)) {
            dresser.with_default(spaces);
        }
    }
}

/// The dictionary that a reference leads to.
fn dictionary(document: &mut Document, id: ObjectId) -> Option<&mut Dictionary> {
    document.get_object_mut(id).ok()?.as_dict_mut().ok()
}

/// The colour spaces of a page that has no resources.
pub(super) fn default_spaces() -> Dictionary {
    let mut spaces = Dictionary::new();
    spaces.set("DefaultRGB", srgb());
    spaces
}

#[derive(Default)]
struct Dresser {
    /// Objects that are dictionaries.
    dictionaries: HashSet<ObjectId>,
    /// Objects that are arrays.
    arrays: HashSet<ObjectId>,
    /// Objects that are the name DeviceRGB, or an array that begins with it.
    rgb_spaces: HashSet<ObjectId>,
    /// Resources that are objects of their own.
    resources: Vec<ObjectId>,
    /// Colour spaces that are objects of their own.
    spaces: Vec<ObjectId>,
}

impl Dresser {
    fn object(&mut self, object: &mut Object, depth: u32) {
        if depth > NESTING_MAX {
            return;
        }
        match object {
            Object::Array(items) => {
                for item in items {
                    self.object(item, depth + 1);
                }
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary, depth),
            Object::Stream(stream) => self.dictionary(&mut stream.dict, depth),
            _ => {}
        }
    }

    fn dictionary(&mut self, dictionary: &mut Dictionary, depth: u32) {
        for (_, value) in dictionary.iter_mut() {
            self.object(value, depth + 1);
        }
        match dictionary.get_mut(b"Resources") {
            Ok(Object::Dictionary(resources)) => self.resources(resources),
            Ok(Object::Reference(id)) => self.resources.push(*id),
            _ => {}
        }
        // The colour space of a group. A resource of that name means the same before and after.
        if let Ok(space) = dictionary.get_mut(b"CS")
            && self.is_rgb(space)
        {
            *space = srgb();
        }
    }

    fn is_rgb(&self, space: &Object) -> bool {
        match space {
            Object::Name(name) => name == b"DeviceRGB",
            Object::Array(items) => match items.first() {
                Some(Object::Array(_)) | None => false,
                Some(first) => self.is_rgb(first),
            },
            Object::Reference(id) => self.rgb_spaces.contains(id),
            _ => false,
        }
    }

    /// Says what DeviceRGB means, unless that is said. Anything but an array says nothing.
    fn with_default(&self, spaces: &mut Dictionary) {
        let said = match spaces.get(b"DefaultRGB") {
            Ok(Object::Array(_)) => true,
            Ok(Object::Reference(id)) => self.arrays.contains(id),
            _ => false,
        };
        if !said {
            spaces.set("DefaultRGB", srgb());
        }
    }

    fn resources(&mut self, resources: &mut Dictionary) {
        match resources.get_mut(b"ColorSpace") {
            Ok(Object::Dictionary(spaces)) => self.with_default(spaces),
            Ok(Object::Reference(id)) if self.dictionaries.contains(id) => self.spaces.push(*id),
            _ => resources.set("ColorSpace", default_spaces()),
        }
    }
}
