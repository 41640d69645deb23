//! Pages that draw something else than they should although every digest is right: found by what they draw. And PDFs
//! that draw what looks like a mark and is none: they are printed.

use lettermill::spool::{Collation, LetterLook, Omr, PageNumbers};

use super::damage::Batch;
use super::*;

/// Objects of a part with a classic table.
struct Rewritten {
    pdf: PathBuf,
    head: Vec<u8>,
    /// Dictionary or text, and a stream's bytes.
    objects: BTreeMap<u32, (Vec<u8>, Option<Vec<u8>>)>,
    trailer: Vec<u8>,
    pages: Vec<u32>,
}

fn find(bytes: &[u8], part: &[u8]) -> usize {
    memchr::memmem::find(bytes, part).unwrap()
}

/// Numbers of the references in a text, and where they stand.
fn references(text: &[u8]) -> Vec<(usize, usize, u32)> {
    let ends = memchr::memmem::find_iter(text, b" 0 R").map(|at| (at, at + 4));
    let digits = |at: usize| {
        let before = text[..at].iter().rev();
        at - before.take_while(|b| b.is_ascii_digit()).count()
    };
    let number = |from: usize, to: usize| std::str::from_utf8(&text[from..to]).unwrap().parse();
    ends.map(|(at, end)| (digits(at), end, number(digits(at), at).unwrap()))
        .collect()
}

impl Rewritten {
    fn of(batch: &Batch) -> Self {
        let pdf = batch.path("pdf");
        let bytes = fs::read(&pdf).unwrap();
        let table = find(&bytes, b"\nxref\n") + 1;
        let entries = &bytes[table..];
        let entries = &entries[find(entries, b"\n0000000000") + 1..];
        let trailer = find(entries, b"trailer\n");
        let mut offsets: Vec<usize> = entries[..trailer]
            .chunks_exact(20)
            .skip(1)
            .map(|entry| std::str::from_utf8(&entry[..10]).unwrap().parse().unwrap())
            .collect();
        offsets.sort_unstable();
        let head = bytes[..offsets[0]].to_vec();
        let ends: Vec<usize> = offsets[1..].iter().copied().chain([table]).collect();
        let mut objects = BTreeMap::new();
        for (from, to) in offsets.into_iter().zip(ends) {
            let object = &bytes[from..to];
            let begin = find(object, b" 0 obj\n");
            let number = std::str::from_utf8(&object[..begin])
                .unwrap()
                .parse()
                .unwrap();
            let body = object[begin + 7..].strip_suffix(b"\nendobj\n").unwrap();
            let stream = body.strip_suffix(b"\nendstream");
            let parts = match stream {
                Some(stream) => {
                    let at = find(stream, b"\nstream\n");
                    (stream[..at].to_vec(), Some(stream[at + 8..].to_vec()))
                }
                None => (body.to_vec(), None),
            };
            objects.insert(number, parts);
        }
        let trailer = &entries[trailer + 8..];
        let trailer = trailer[..find(trailer, b"\nstartxref")].to_vec();
        let pages = batch.pages();
        Self {
            pdf,
            head,
            objects,
            trailer,
            pages,
        }
    }

    /// Contents of a page, from 0.
    fn contents(&self, page: usize) -> Vec<u32> {
        let text = &self.objects[&self.pages[page]].0;
        let Some(at) = memchr::memmem::find(text, b"/Contents[") else {
            return Vec::new();
        };
        let array = &text[at..at + memchr::memchr(b']', &text[at..]).unwrap()];
        references(array).iter().map(|found| found.2).collect()
    }

    fn content(&self, number: u32) -> Vec<u8> {
        let (text, data) = &self.objects[&number];
        let data = data.as_deref().unwrap();
        if memchr::memmem::find(text, b"/FlateDecode").is_none() {
            return data.to_vec();
        }
        let mut out = vec![0; 1 << 20];
        let len = libdeflater::Decompressor::new()
            .zlib_decompress(data, &mut out)
            .unwrap();
        out.truncate(len);
        out
    }

    /// Puts a content in the place of another.
    fn put(&mut self, number: u32, content: &[u8]) {
        let data = Some(content.to_vec());
        let text = format!("<</Length {}>>", content.len()).into_bytes();
        self.objects.insert(number, (text, data));
    }

    /// The own content of a page of ours.
    fn change(&mut self, page: usize, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let number = self.contents(page)[0];
        let changed = change(self.content(number));
        self.put(number, &changed);
    }

    /// The content that ends a front.
    fn change_mark(&mut self, page: usize, change: impl FnOnce(String) -> String) {
        let number = *self.contents(page).last().unwrap();
        let changed = change(String::from_utf8(self.content(number)).unwrap());
        self.put(number, changed.as_bytes());
    }

    fn replace(&mut self, number: u32, from: &str, to: &str) {
        let text = String::from_utf8(self.objects[&number].0.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        self.objects.get_mut(&number).unwrap().0 = text.replacen(from, to, 1).into_bytes();
    }

    fn digest(&self, text: &[u8], data: Option<&[u8]>) -> [u8; 32] {
        let mut out = Vec::new();
        let mut at = 0;
        for (from, end, number) in references(text) {
            out.extend_from_slice(&text[at..from]);
            at = end;
            if number < 16 {
                out.extend_from_slice(format!("P{number}").as_bytes());
            } else {
                let (text, data) = &self.objects[&number];
                out.push(b'R');
                out.extend_from_slice(&self.digest(text, data.as_deref()));
            }
        }
        out.extend_from_slice(&text[at..]);
        if let Some(data) = data {
            out.extend_from_slice(b"\nstream\n");
            out.extend_from_slice(data);
        }
        disk::sha256(&out)
    }

    fn page_digest(&self, page: usize) -> [u8; 32] {
        let mut text = self.objects[&self.pages[page]].0.clone();
        let parent = find(&text, b"/Parent ");
        let end = parent + find(&text[parent..], b" 0 R") + 4;
        text.drain(parent..end);
        let Some(at) = memchr::memmem::find(&text, b"/Contents") else {
            return disk::sha256(&self.digest(&text, None));
        };
        let end = at + memchr::memchr(b']', &text[at..]).unwrap() + 1;
        let contents: Vec<u8> = text.drain(at..end).collect();
        let both = [self.digest(&text, None), self.digest(&contents[9..], None)];
        disk::sha256(both.as_flattened())
    }

    /// Writes the part, and its digests into the CSV.
    fn write(self) {
        let mut out = self.head.clone();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (number, (text, data)) in &self.objects {
            table += &format!("{:010} 00000 n \n", out.len());
            out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            out.extend_from_slice(text);
            if let Some(data) = data {
                out.extend_from_slice(b"\nstream\n");
                out.extend_from_slice(data);
                out.extend_from_slice(b"\nendstream");
            }
            out.extend_from_slice(b"\nendobj\n");
        }
        let at = out.len();
        let trailer = String::from_utf8_lossy(&self.trailer).into_owned();
        let size = find(&self.trailer, b"/Size ");
        let digits = trailer[size + 6..]
            .chars()
            .take_while(char::is_ascii_digit)
            .count();
        let old = &trailer[size..size + 6 + digits];
        let trailer = trailer.replace(old, &format!("/Size {}", self.objects.len() + 1));
        out.extend_from_slice(format!("{table}trailer\n").as_bytes());
        let mut end = trailer.into_bytes();
        if end.len() != self.trailer.len() {
            end = self.trailer.clone(); // Bytes of the id are no text.
            end.splice(
                size..size + old.len(),
                format!("/Size {}", self.objects.len() + 1).into_bytes(),
            );
        }
        out.extend_from_slice(&end);
        out.extend_from_slice(format!("\nstartxref\n{at}\n%%EOF\n").as_bytes());
        fs::write(&self.pdf, out).unwrap();

        let csv = self.pdf.with_extension("pieces.csv");
        let mut reader = csv::Reader::from_path(&csv).unwrap();
        let names = reader.headers().unwrap().clone();
        let column = |name: &str| names.iter().position(|found| found == name).unwrap();
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(&names).unwrap();
        for row in reader.records() {
            let mut row: Vec<String> = row.unwrap().iter().map(str::to_owned).collect();
            let number = |name: &str| row[column(name)].parse::<usize>().unwrap();
            let (first, count) = (number("first_page") - 1, number("pages"));
            let pages: Vec<_> = (first..first + count)
                .map(|page| self.page_digest(page))
                .collect();
            row[column("sha256")] = disk::hex(&disk::sha256(pages.as_flattened()));
            writer.write_record(&row).unwrap();
        }
        fs::write(csv, writer.into_inner().unwrap()).unwrap();
    }
}

/// What the check says of a batch with a changed part: pieces of three pages, each four in the part.
fn after(change: impl FnOnce(&mut Rewritten)) -> Vec<String> {
    let batch = Batch::new(&Options::default());
    let mut part = Rewritten::of(&batch);
    change(&mut part);
    part.write();
    batch.found()
}

fn with(more: &str) -> impl FnOnce(Vec<u8>) -> Vec<u8> {
    let more = more.to_owned();
    move |content| [&content[..], b"\n", more.as_bytes(), b"\n"].concat()
}

#[test]
fn a_part_that_is_only_written_again_holds() {
    assert_eq!(after(|_| ()), [""; 0]);
}

#[test]
fn whatever_hides_or_replaces_an_address_is_found() {
    let foreign = "piece 1, page 1 of the part: a page that was set, or the letterhead, has what this program does not write";
    for before in [
        "3 Tr",
        "1 g",
        "300 Tz",
        "0.5 0 0 0.5 100 100 cm",
        "0 0 1 1 re W n",
        "/G0 gs",
    ] {
        let found = after(|part| {
            part.change(0, |content| {
                [b"q ", before.as_bytes(), b"\n", &content, b"Q\n"].concat()
            })
        });
        assert!(
            found.len() == 1 && found[0].starts_with(foreign),
            "{before}: {found:?}"
        );
    }
    for behind in [
        "q 1 g 60 640 240 90 re f Q",
        "q /X Do Q",
        "q BT 90 690 Td /G0 10 Tf [(\0\u{1})]TJ ET Q",
        "q BT 90 690 Td /F0 10 Tf 2 Ts [(\0\u{1})]TJ ET Q",
    ] {
        let found = after(|part| part.change(0, with(behind)));
        assert!(
            found.len() == 1 && found[0].starts_with(foreign),
            "{behind}: {found:?}"
        );
    }
    let found = after(|part| part.change(0, with("q 60 640 240 90 re f Q")));
    assert!(
        found[0].contains("3 lines of text in the address box, 1 across its edge"),
        "{found:?}"
    );
    // The same page with resources of its own is none of ours.
    let found = after(|part| {
        part.replace(
            part.pages[0],
            "/Resources 4 0 R",
            "/Resources<</Font<</F0 6 0 R/F1 7 0 R>>/XObject<</LH 5 0 R>>>>",
        );
    });
    assert!(
        found
            .iter()
            .any(|found| found.contains("the first page is one of a PDF that was given")),
        "{found:?}"
    );
}

#[test]
fn text_that_comes_into_the_address_box_from_elsewhere_is_found() {
    for (behind, lines) in [
        // From beside it by a kern, and lowered from a line above it.
        ("q BT 400 684 Td /F0 10 Tf [31000(\0\u{1})]TJ ET Q", 4),
        (
            "q BT 80 720 Td /F0 10 Tf [(\0\u{1})]TJ -20 Ts (\0\u{1})Tj 0 Ts [(\0\u{1})]TJ ET Q",
            4,
        ),
    ] {
        let found = after(|part| part.change(0, with(behind)));
        let said = format!("{lines} lines of text in the address box");
        assert!(
            found.len() == 1 && found[0].contains(&said),
            "{behind}: {found:?}"
        );
    }
}

#[test]
fn bars_on_a_page_that_was_set_are_found() {
    let bars = "q 20 400 30 2 re f 20 410 30 2 re f Q";
    for page in [0, 1] {
        let found = after(|part| part.change(page, with(bars)));
        assert!(
            found.len() == 1 && found[0].contains("a box in the strip of the marks"),
            "{found:?}"
        );
    }
}

#[test]
fn content_of_ours_that_cannot_be_read_is_found() {
    for page in [1, 2] {
        let found = after(|part| {
            let number = part.contents(page)[0];
            let garbage = b"garbage".to_vec();
            part.objects.insert(
                number,
                (b"<</Length 7/Filter/FlateDecode>>".to_vec(), Some(garbage)),
            );
        });
        assert!(
            found.len() == 1 && found[0].contains("content that cannot be unpacked"),
            "{found:?}"
        );
    }
    let found = after(|part| {
        let number = part.contents(1)[0];
        part.replace(part.pages[1], &format!("/Contents[{number} 0 R]"), "");
    });
    assert!(
        found.len() == 1 && found[0].contains("does not write"),
        "{found:?}"
    );
}

#[test]
fn a_front_has_its_mark_and_nothing_over_it() {
    let mark = |change: fn(String) -> String| after(|part| part.change_mark(0, change));
    let damaged: [fn(String) -> String; 5] = [
        |mark| format!("{mark}q 1 g 0 200 40 200 re f Q\n"),
        |mark| format!("{mark}q 1 g 60 640 240 90 re f Q\n"),
        |mark| format!("{mark}q 100 w 0 0 m 600 800 l S Q\n"),
        |mark| format!("{mark}{mark}"),
        |mark| {
            let symbol =
                mark[..mark.find("BT").unwrap()].replacen("q q ", "q q 1 0 0 1 0 -200 cm ", 1);
            format!("{symbol}Q\n{mark}")
        },
    ];
    for change in damaged {
        let found = mark(change);
        assert_eq!(found, ["piece 1, page 1 of the part: the mark is damaged"]);
    }
    let found = mark(|mark| mark.replacen("Tf 0 1 -1 0 ", "Tf 1 0 0 1 ", 1));
    assert_eq!(
        found,
        [
            "piece 1, page 1 of the part: the piece id in print is not that of the sheet, or not in its place"
        ]
    );
    let clipped = mark(|mark| mark.replacen("q q ", "q q 500 0 1 1 re W n ", 1));
    assert_eq!(clipped, ["piece 1, page 1 of the part: no mark on a front"]);
    let found = mark(|mark| mark.replacen("q q ", "Q q q ", 1));
    assert!(
        found[0].contains("leaves its matrix, colour or clip to the mark"),
        "{found:?}"
    );
    // The whole mark of another piece, in the stream of the page.
    let found = after(|part| {
        let other = part.content(part.contents(4)[1]);
        let other = String::from_utf8(other).unwrap();
        part.change(0, with(&format!("q {other} Q")));
    });
    assert!(found[0].contains("does not write"), "{found:?}");
}

#[test]
fn a_mark_on_a_back_is_found_wherever_it_stands() {
    let found = after(|part| {
        let (own, mark) = (part.contents(1)[0], part.contents(4)[1]);
        part.replace(
            part.pages[1],
            &format!("[{own} 0 R]"),
            &format!("[{own} 0 R {mark} 0 R]"),
        );
    });
    assert_eq!(
        found,
        [
            "piece 1, page 2 of the part: a page that was set, or the letterhead, has what this program does not write: another number of streams"
        ]
    );
    // On a blank back.
    let found = after(|part| {
        let mark = part.contents(4)[1];
        part.replace(
            part.pages[3],
            "/Resources<<>>",
            &format!("/Resources<<>>/Contents[{mark} 0 R]"),
        );
    });
    assert!(
        found[0].contains("page 4 of the part: a page with entries that none of ours has"),
        "{found:?}"
    );
}

#[test]
fn the_rows_word_on_the_first_page_is_compared_with_the_page() {
    let batch = Batch::new(&Options::default());
    let csv = batch.path("pieces.csv");
    let text = fs::read_to_string(&csv).unwrap();
    fs::write(&csv, text.replace("forward,3\n", "forward,0\n")).unwrap();
    let found = batch.found();
    assert_eq!(found.len(), 10, "{found:?}");
    assert!(found[0].contains("the first page is one that was set; the row says otherwise"));
}

#[test]
fn the_page_kind_of_a_mark_is_that_of_the_page() {
    // A mark of an enclosure on a page of ours: as it stands on the fifth sheet of another piece.
    let orders = [Order {
        pages: 1,
        enclosures: vec![Arc::new(made::single("q Q", lopdf::dictionary! {}))],
        ..Order::default()
    }];
    let batch = Batch::spooled(&Options::default(), &orders);
    let mut part = Rewritten::of(&batch);
    let kept = part.content(*part.contents(0).last().unwrap());
    let of_enclosure = part.contents(2);
    let mark = part.content(*of_enclosure.last().unwrap());
    assert_ne!(kept, mark);
    let given = String::from_utf8(mark).unwrap();
    // The modules say sheet 2 of 2, enclosure; the rest is that of sheet 1.
    part.change_mark(0, |_| {
        given[given.find("q ").unwrap()..].replacen("/LM0", "/F0", 1)
    });
    part.write();
    let found = batch.found_in_proof();
    assert!(
        found[0].contains("1 2/2 0 5 2`, expected `42.0 1 1/2 0 5 1`"),
        "{found:?}"
    );
}

// ---- PDFs that are given -----------------------------------------------------------------------------------------

/// A spool of a letter with this PDF, of two pages, behind it.
fn enclosing(front: &str, back: &str, options: &Options) -> Vec<String> {
    let texts = [front, back];
    let pdf = bytes(pdf_of(2, |document, number| {
        dictionary! { "MediaBox" => a4(), "Contents" => content(document, texts[number as usize % 2]) }
    }));
    let orders = [Order {
        pages: 1,
        enclosures: vec![Arc::new(pdf)],
        ..Order::default()
    }];
    Batch::spooled(options, &orders).found_in_proof()
}

/// Squares of 3 points, 25 a side, as those who draw QR codes write them.
fn qr_code() -> String {
    let dark = |i: usize, j: usize| {
        i == 0 || j == 0 || i == 24 || j == 24 || (i * 7 + j * 5).is_multiple_of(3)
    };
    let cells = (0..25).flat_map(|i| (0..25).map(move |j| (i, j)));
    let boxes = cells.filter(|(i, j)| dark(*i, *j));
    let boxes = boxes.map(|(i, j)| format!("{} {} 3 3 re\n", 250 + 3 * j, 400 + 3 * i));
    format!("0 g\n{}f\n", boxes.collect::<String>())
}

#[test]
fn other_peoples_codes_and_black_boxes_are_printed() {
    let omr: Omr = toml::from_str("layout = \"pb-di380\"").unwrap();
    let options = Options {
        omr: Some(omr),
        collation: Collation::Reverse,
        ..Options::default()
    };
    let clipped = "q 200 400 100 20 re W n 0 g 0 0 595 842 re f Q";
    for text in [&qr_code(), clipped] {
        assert_eq!(enclosing(text, text, &options), [""; 0]);
    }
}

#[test]
fn what_a_given_page_leaves_behind_does_not_reach_the_mark() {
    for text in [
        // An inline image without white space before its end.
        "q 30 0 0 30 200 600 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1}EI Q q 0.5 0 0 0.5 0 0 cm q q q 0 g 300 300 200 20 re f",
        "Q Q 0.5 0 0 0.5 100 100 cm BT 3 Tr /x BMC q q",
        "0 0 1 1 re W",
        "/x <</A (a > q) /B <</C [1 2]>> >> BDC Q 2 0 0 2 0 0 cm",
        "q",
    ] {
        assert_eq!(
            enclosing(text, text, &Options::default()),
            [""; 0],
            "{text}"
        );
    }
}

#[test]
fn content_that_is_packed_in_an_old_way_is_read() {
    let text = "q 0.5 0 0 0.5 0 0 cm Q Q 2 0 0 2 0 0 cm ";
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let pdf = bytes(pdf_of(1, |document, _| {
        let packed = Stream::new(
            dictionary! { "Filter" => vec!["ASCIIHexDecode".into()] },
            format!("{hex}>").into_bytes(),
        );
        let packed = document.add_object(packed);
        dictionary! { "MediaBox" => a4(), "Contents" => packed }
    }));
    if inspect(&pdf, &made::loose()).is_err() {
        return; // Not taken: nothing to read.
    }
    let orders = [Order {
        pages: 1,
        enclosures: vec![Arc::new(pdf)],
        ..Order::default()
    }];
    assert_eq!(
        Batch::spooled(&Options::default(), &orders).found_in_proof(),
        [""; 0]
    );
}

// ---- letters as they are set -------------------------------------------------------------------------------------

fn looking(look: &compose::Options, page_numbers: PageNumbers) -> Options {
    Options {
        letter: Some(LetterLook {
            address_left_mm: 25.0,
            address_points: f64::from(look.type_sizes.address.0) / 100.0,
            page_numbers,
        }),
        ..Options::default()
    }
}

#[test]
fn whatever_a_page_without_number_ends_with_is_not_taken_for_one() {
    for form in ["words", "brackets", "slash"] {
        for on in ["none", "first-page", "all-pages"] {
            let look = format!(
                "page_number = {{ form = \"{form}\", not_on_single_page = true }}\n[footer]\non = \"{on}\"\n\
                 [[footer.columns]]\nlines = [\"Kontakt\", \"Bankgiro 900-0001\"]"
            );
            let look: compose::Options = toml::from_str(&look).unwrap();
            let stationery = Stationery::new(&look, &letters::header("SE")).unwrap();
            let options = looking(&look, PageNumbers::OfSeveral);
            let mut single = letters::short();
            let text = letters::paragraph("Ring oss på 20 eller 30.");
            single.content = lettermill::letter::Content::Text(vec![text]);
            let batch = Batch::composed(&options, &[single, letters::long()], &stationery);
            assert_eq!(batch.found_in_proof(), [""; 0], "{form}, {on}");
        }
    }
}

#[test]
fn an_address_of_another_size_is_found() {
    let look = compose::Options::default();
    let stationery = Stationery::new(&look, &letters::header("SE")).unwrap();
    let options = looking(&look, PageNumbers::Every);
    for (size, said) in [
        ("5", "line 1 of the address does not begin where"),
        (
            "0.01",
            "this program does not write: text as we do not set it",
        ),
    ] {
        let batch = Batch::composed(&options, &[letters::short()], &stationery);
        let mut part = Rewritten::of(&batch);
        part.change(0, |content| {
            let at = find(&content, b"/F0 10 Tf");
            let (before, behind) = content.split_at(at);
            [before, format!("/F0 {size} Tf").as_bytes(), &behind[9..]].concat()
        });
        part.write();
        let found = batch.found_in_proof();
        assert!(found[0].contains(said), "{found:?}");
    }
}

#[test]
fn accents_of_fonts_of_the_job_are_read_as_they_were_set() {
    let folder = Path::new("/usr/share/fonts/truetype/dejavu");
    let face = |name: &str| folder.join(format!("DejaVu{name}.ttf"));
    for family in ["Sans", "Serif"] {
        let regular = face(family);
        if !regular.exists() {
            eprintln!("{} is missing: its check is left out", regular.display());
            continue;
        }
        let look = compose::Options {
            fonts: Some(compose::FontFiles {
                bold: face(&format!("{family}-Bold")),
                italic: regular.clone(),
                bold_italic: regular.clone(),
                regular,
            }),
            ..compose::Options::default()
        };
        let stationery = Stationery::new(&look, &letters::header("SE")).unwrap();
        let mut letter = letters::short();
        letter.recipient.name = "Anna M\u{300} \u{c0}\u{301} V\u{30a} Đorđević".into();
        let folder = tempfile::tempdir().unwrap();
        let (spooled, _) = composed(folder.path(), &[letter], &stationery, &Options::default());
        prove(folder.path(), &spooled);
    }
}

#[test]
fn pages_of_a_letter_follow_each_other_by_their_numbers() {
    let look = compose::Options::default();
    let stationery = Stationery::new(&look, &letters::header("SE")).unwrap();
    let options = looking(&look, PageNumbers::Every);
    let batch = || Batch::composed(&options, &[letters::long()], &stationery);
    assert_eq!(batch().found_in_proof(), [""; 0]);
    let swapped = batch();
    let mut part = Rewritten::of(&swapped);
    let (a, b) = (part.contents(1)[0], part.contents(2)[0]);
    let (first, second) = (part.content(a), part.content(b));
    part.put(a, &second);
    part.put(b, &first);
    part.write();
    let found = swapped.found_in_proof();
    assert_eq!(
        found,
        [
            "piece 1, page 2 of the part: the page does not say the number that follows the one before it"
        ]
    );
    // The address 3 mm to the right of its place, though in its box.
    let elsewhere = Options {
        letter: options.letter.map(|look| LetterLook {
            address_left_mm: 22.0,
            ..look
        }),
        ..options.clone()
    };
    let layout = Batch::composed(&elsewhere, &[letters::long()], &stationery);
    let found = batch().with(&layout, &["layout.json"]).found_in_proof();
    assert_eq!(found.len(), 1);
    assert!(
        found[0].contains("line 1 of the address does not begin where the layout has it"),
        "{found:?}"
    );
}
