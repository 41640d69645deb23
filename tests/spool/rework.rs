//! A part taken apart into its objects and put together again, as the format page says and with code of its own: for
//! damage that no digest tells.

use std::collections::BTreeMap;

use super::*;

/// An object: its text, and the bytes of a stream.
pub type Piecemeal = (Vec<u8>, Option<Vec<u8>>);

/// A part with a classic table.
pub struct Apart {
    pub objects: BTreeMap<u32, Piecemeal>,
    pub trailer: Vec<u8>,
}

impl Apart {
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let at = memchr::memmem::rfind(&bytes, b"startxref\n").unwrap();
        let end = String::from_utf8_lossy(&bytes[at + 10..]).into_owned();
        let xref: usize = end.split('\n').next().unwrap().parse().unwrap();
        let table = bytes[xref..at].strip_prefix(b"xref\n0 ").unwrap();
        let (size, table) = table.split_at(memchr::memchr(b'\n', table).unwrap());
        let size: usize = std::str::from_utf8(size).unwrap().parse().unwrap();
        let (entries, trailer) = table[1..].split_at(size * 20);
        let offset = |entry: &[u8]| std::str::from_utf8(&entry[..10]).unwrap().parse().unwrap();
        let offsets: Vec<usize> = entries.chunks(20).skip(1).map(offset).collect();
        let mut ends = offsets.clone();
        ends.push(xref);
        ends.sort_unstable();
        let objects = (1..).zip(&offsets).map(|(number, &from)| {
            let end = ends[ends.partition_point(|&end| end <= from)];
            let head = format!("{number} 0 obj\n");
            let body = bytes[from..end].strip_prefix(head.as_bytes()).unwrap();
            let body = body.strip_suffix(b"\nendobj\n").unwrap();
            let object = match body.strip_suffix(b"\nendstream") {
                Some(stream) => {
                    let at = memchr::memmem::find(stream, b"\nstream\n").unwrap();
                    (stream[..at].to_vec(), Some(stream[at + 8..].to_vec()))
                }
                None => (body.to_vec(), None),
            };
            (number, object)
        });
        let trailer = trailer.strip_prefix(b"trailer\n").unwrap();
        Self {
            objects: objects.collect(),
            trailer: trailer.strip_suffix(b"\n").unwrap().to_vec(),
        }
    }

    pub fn write(&self, path: &Path) {
        let mut out = b"%PDF-1.6\n%\xe5\xe4\xf6\xd8\n".to_vec();
        let mut table = String::from("0000000000 65535 f \n");
        for (number, (text, data)) in &self.objects {
            table += &format!("{:010} 00000 n \n", out.len());
            out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            out.extend_from_slice(&self.with_length(*number, text));
            if let Some(data) = data {
                out.extend_from_slice(b"\nstream\n");
                out.extend_from_slice(data);
                out.extend_from_slice(b"\nendstream");
            }
            out.extend_from_slice(b"\nendobj\n");
        }
        let (xref, size) = (out.len(), self.objects.len() + 1);
        let trailer = with_number(&self.trailer, b"/Size ", size);
        out.extend_from_slice(format!("xref\n0 {size}\n{table}trailer\n").as_bytes());
        out.extend_from_slice(&trailer);
        out.extend_from_slice(format!("\nstartxref\n{xref}\n%%EOF\n").as_bytes());
        fs::write(path, out).unwrap();
    }

    fn with_length(&self, number: u32, text: &[u8]) -> Vec<u8> {
        match &self.objects[&number].1 {
            Some(data) => with_number(text, b"/Length ", data.len()),
            None => text.to_vec(),
        }
    }

    /// Adds an object; gives its number.
    pub fn add(&mut self, text: &str, data: Option<Vec<u8>>) -> u32 {
        let number = self.objects.len() as u32 + 1;
        self.objects
            .insert(number, (text.as_bytes().to_vec(), data));
        number
    }

    /// Puts another text into an object, once.
    pub fn change(&mut self, number: u32, from: &str, to: &str) {
        let text = &mut self.objects.get_mut(&number).unwrap().0;
        let at = memchr::memmem::find(text, from.as_bytes()).expect(from);
        text.splice(at..at + from.len(), to.bytes());
    }

    /// The object that one refers to behind a key.
    pub fn named(&self, number: u32, key: &str) -> u32 {
        let text = String::from_utf8_lossy(&self.objects[&number].0).into_owned();
        let rest = text
            .split_once(key)
            .unwrap()
            .1
            .trim_start_matches(['[', ' ']);
        rest.split(' ').next().unwrap().parse().unwrap()
    }

    /// Changes what a stream unpacks to.
    pub fn repack(&mut self, number: u32, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let data = self.objects[&number].1.clone().unwrap();
        let mut plain = vec![0; 64 << 20];
        let unpacked = libdeflater::Decompressor::new().zlib_decompress(&data, &mut plain);
        plain.truncate(unpacked.unwrap());
        self.objects.get_mut(&number).unwrap().1 = Some(packed(&change(plain)));
    }

    /// Root of the page tree.
    pub fn root(&self) -> u32 {
        self.named(1, "/Pages ")
    }

    pub fn pages(&self) -> Vec<u32> {
        let mut pages = Vec::new();
        self.below(self.root(), &mut pages);
        pages
    }

    fn below(&self, node: u32, pages: &mut Vec<u32>) {
        let text = &self.objects[&node].0;
        if text.starts_with(b"<</Type/Page/") {
            pages.push(node);
            return;
        }
        let kids = memchr::memmem::find(text, b"/Kids").unwrap();
        for (_, _, kid) in references(&text[kids..]) {
            self.below(kid, pages);
        }
    }

    /// Digest of an object's text as the format page says.
    fn digest(&self, text: &[u8], data: Option<&[u8]>, open: &mut Vec<u32>) -> disk::Sha256 {
        let (mut out, mut copied) = (Vec::new(), 0);
        for (from, end, target) in references(text) {
            out.extend_from_slice(&text[copied..from]);
            copied = end;
            if target < 16 {
                out.extend_from_slice(format!("P{target}").as_bytes());
            } else if open.contains(&target) {
                out.push(b'C');
            } else {
                let (text, data) = &self.objects[&target];
                open.push(target);
                let text = self.with_length(target, text);
                let digest = self.digest(&text, data.as_deref(), open);
                open.pop();
                out.push(b'R');
                out.extend_from_slice(&digest);
            }
        }
        out.extend_from_slice(&text[copied..]);
        if let Some(data) = data {
            out.extend_from_slice(b"\nstream\n");
            out.extend_from_slice(data);
        }
        disk::sha256(&out)
    }

    fn page_digest(&self, page: u32) -> disk::Sha256 {
        let mut rest = self.objects[&page].0.clone();
        let mut contents = None;
        for (key, end) in [("/Contents[", "]"), ("/Parent ", " R"), ("/DPart ", " R")] {
            if let Some(from) = memchr::memmem::find(&rest, key.as_bytes()) {
                let len = memchr::memmem::find(&rest[from..], end.as_bytes()).unwrap() + end.len();
                let gone: Vec<u8> = rest.drain(from..from + len).collect();
                if key == "/Contents[" {
                    contents = Some(gone[key.len() - 1..].to_vec());
                }
            }
        }
        let mut both = self.digest(&rest, None, &mut Vec::new()).to_vec();
        if let Some(contents) = contents {
            both.extend_from_slice(&self.digest(&contents, None, &mut Vec::new()));
        }
        disk::sha256(&both)
    }

    /// Digest of some pages, as it stands in the pieces CSV.
    pub fn piece_digest(&self, pages: &[u32]) -> String {
        let digests: Vec<_> = pages.iter().map(|&page| self.page_digest(page)).collect();
        disk::hex(&disk::sha256(digests.as_flattened()))
    }

    /// Digest of what all pages share, as it stands in the layout file.
    pub fn common_digest(&self) -> String {
        let digests = [4, 5, 6, 7, 8, 9, 10, 11, 14, 15].map(|number| {
            let (text, data) = &self.objects[&number];
            self.digest(
                &self.with_length(number, text),
                data.as_deref(),
                &mut Vec::new(),
            )
        });
        disk::hex(&disk::sha256(digests.as_flattened()))
    }
}

/// As deflate makes it.
pub fn packed(plain: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut out = vec![0; compressor.zlib_compress_bound(plain.len())];
    let len = compressor.zlib_compress(plain, &mut out).unwrap();
    out.truncate(len);
    out
}

fn with_number(text: &[u8], key: &[u8], number: usize) -> Vec<u8> {
    let Some(at) = memchr::memmem::find(text, key) else {
        return text.to_vec();
    };
    let (before, rest) = text.split_at(at + key.len());
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    [before, number.to_string().as_bytes(), &rest[digits..]].concat()
}

/// Begin, end and target of each reference.
fn references(text: &[u8]) -> Vec<(usize, usize, u32)> {
    let found = memchr::memmem::find_iter(text, b" 0 R").filter_map(|at| {
        let digits = text[..at]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let follows = text.get(at + 4).is_some_and(u8::is_ascii_alphanumeric);
        let number = std::str::from_utf8(&text[at - digits..at]).unwrap();
        (!follows).then_some((at - digits, at + 4, number.parse().ok()?))
    });
    found.collect()
}
